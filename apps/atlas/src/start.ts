import { type Cache, createCache } from '@cache/core';
import { type AtlasDatabase, openDatabase } from './data/database.ts';
import { prepareFile } from './data/prepare.ts';
import { readSource } from './data/source.ts';
import { createAtlas } from './domain/atlas.ts';
import { closeGracefully } from './graceful-close.ts';
import { listen } from './listen.ts';
import type { Options } from './options.ts';
import { servers } from './servers/servers.ts';

/** Starts the atlas and tells how to stop it. */
export async function start({ framework, port, file }: Options): Promise<() => Promise<void>> {
  await prepareFile(file, readSource, print);
  const database = openDatabase(file);
  const cache = createCache({ name: 'atlas' });
  const server = await servers[framework]({ atlas: createAtlas({ database, cache }), cache });
  cache.on('error', ({ operation, error }) => console.error(`cache ${operation}:`, error));
  const close = closeGracefully(server, 5000);
  try {
    print(`Atlas (${framework}) on http://localhost:${await listen(server, port)}`);
  } catch (error) {
    await release(cache, database);
    throw error;
  }
  return async () => {
    await close();
    await release(cache, database);
  };
}

async function release(cache: Cache, database: AtlasDatabase): Promise<void> {
  await cache.close();
  database.close();
}

function print(line: string): void {
  console.log(line);
}
