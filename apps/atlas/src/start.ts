import { type Cache, createCache } from '@cache/core';
import { sqliteJournal } from '@cache/core/write-behind/sqlite';
import { type AtlasDatabase, openDatabase } from './data/database.ts';
import { prepareFile } from './data/prepare.ts';
import { readSource } from './data/source.ts';
import { type Atlas, createAtlas } from './domain/atlas.ts';
import { closeGracefully } from './graceful-close.ts';
import { listen } from './listen.ts';
import type { Options } from './options.ts';
import { servers } from './servers/servers.ts';

/** Starts the atlas and tells how to stop it. */
export async function start({ framework, port, file }: Options): Promise<() => Promise<void>> {
  await prepareFile(file, readSource, print);
  const database = openDatabase(file);
  const cache = createCache({ name: 'atlas' });
  const journal = sqliteJournal({ directory: `${file}.journal` });
  const atlas = createAtlas({ database, cache, journal });
  const server = await servers[framework]({ atlas, cache });
  cache.on('error', ({ operation, error }) => console.error(`cache ${operation}:`, error));
  const close = closeGracefully(server, 5000);
  try {
    print(`Atlas (${framework}) on http://localhost:${await listen(server, port)}`);
  } catch (error) {
    await release(atlas, cache, database);
    throw error;
  }
  return async () => {
    await close();
    await release(atlas, cache, database);
  };
}

async function release(atlas: Atlas, cache: Cache, database: AtlasDatabase): Promise<void> {
  await atlas.close();
  await cache.close();
  database.close();
}

function print(line: string): void {
  console.log(line);
}
