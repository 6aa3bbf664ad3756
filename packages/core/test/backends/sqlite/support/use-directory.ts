import { afterEach } from 'vitest';
import { type SqliteBackend, type SqliteOptions, sqlite } from '../../../../src/backends/sqlite/index.ts';
import type { Clock, Store } from '../../../../src/index.ts';
import { systemClock } from '../../../../src/clock.ts';
import { temporaryDirectory } from './directory.ts';
import { OtherProcess } from './other-process.ts';

/** What a test works with: directories, backends and processes that are gone after it. */
export interface World {
  readonly directory: string;
  /** What the stores of this world reported. */
  readonly reports: { readonly operation: string; readonly error: unknown }[];
  backend(options?: Omit<SqliteOptions, 'directory'>): SqliteBackend;
  store(backend?: SqliteBackend, clock?: Clock): Store;
  process(options?: Omit<SqliteOptions, 'directory'>): Promise<OtherProcess>;
}

const cleanUps: (() => unknown)[] = [];

/** Takes down after each test what its worlds made. */
export function cleanUpAfterEach(): void {
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
}

export function world(): World {
  const { directory, remove } = temporaryDirectory();
  cleanUps.push(remove);
  const reports: World['reports'] = [];
  const backend = (options: Omit<SqliteOptions, 'directory'> = {}): SqliteBackend => {
    const made = sqlite({ ...options, directory });
    cleanUps.push(() => made.close());
    return made;
  };
  return {
    directory,
    reports,
    backend,
    store: (of = backend(), clock = systemClock) =>
      of.open({ name: 'raw', version: '1', clock, report: (operation, error) => reports.push({ operation, error }) }),
    async process(options = {}) {
      const started = await OtherProcess.start({ ...options, directory });
      cleanUps.push(() => started.kill());
      return started;
    },
  };
}
