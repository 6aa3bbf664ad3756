import { join } from 'node:path';
import { type Cache, createCache } from '@cache/core';
import { type FakeClock, fakeClock } from '@cache/core/testing';
import { sqliteJournal } from '@cache/core/write-behind/sqlite';
import { onTestFinished } from 'vitest';
import { buildDatabase } from '../../src/data/build.ts';
import { type AtlasDatabase, openDatabase } from '../../src/data/database.ts';
import { type Atlas, createAtlas } from '../../src/domain/atlas.ts';
import { temporaryFolder } from './folder.ts';
import { rows } from './rows.ts';

/** An atlas on a small file of its own, and what was made in it since the last look. */
export interface TestAtlas {
  readonly atlas: Atlas;
  readonly cache: Cache;
  readonly database: AtlasDatabase;
  /** The cache's time, which stands still until a test moves it. */
  readonly clock: FakeClock;
  /** Which values loaders have loaded. */
  readonly takeLoads: () => string[];
  /** Which parts of pages were rendered. */
  readonly takeRenders: () => string[];
}

/** Creates an atlas that goes when the test ends. */
export function createTestAtlas(): TestAtlas {
  const folder = temporaryFolder();
  const file = join(folder, 'atlas.sqlite');
  buildDatabase(file, rows);
  const database = openDatabase(file);
  const clock = fakeClock();
  const cache = createCache({ name: 'atlas', clock });
  const atlas = createAtlas({ database, cache, journal: sqliteJournal({ directory: folder, synchronous: 'normal' }) });
  onTestFinished(async () => {
    await atlas.close();
    await cache.close();
    database.close();
  });
  let loads: string[] = [];
  let renders: string[] = [];
  cache.on('load', ({ key, namespace }) => {
    const [, part] = /^fragments\/(.*)$/.exec(namespace) ?? [];
    // Visits are counted whenever it comes to it.
    if (namespace === 'visits') return;
    if (part === undefined) loads.push(String(key));
    else renders.push([part, ...[key].flat().filter((value) => value !== null)].join(' '));
  });
  return {
    atlas,
    cache,
    database,
    clock,
    takeLoads: () => {
      const taken = loads.sort();
      loads = [];
      return taken;
    },
    takeRenders: () => {
      const taken = renders.sort();
      renders = [];
      return taken;
    },
  };
}
