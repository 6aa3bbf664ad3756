import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { City } from '../../memory/city.ts';
import { type StoreContender, TTL_MS } from '../contender.ts';

interface Statement {
  get(values: readonly unknown[]): unknown;
  run(values: readonly unknown[]): unknown;
  raw(): unknown;
}

interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** The floor: the binding with a table that knows keys, values and nothing else, and the same decoding. */
export const sqliteFloor: StoreContender = {
  name: 'floor',
  create: ({ place, keys }) => {
    mkdirSync(place);
    const Libsql = createRequire(import.meta.url)('libsql') as new (path: string) => Database;
    const database = new Libsql(join(place, 'floor.db'));
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 268435456');
    database.exec('CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB)');
    const find = database.prepare('SELECT value FROM entries WHERE key = ?');
    find.raw();
    const put = database.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?)');
    return {
      read: (id) => {
        const row = find.get([keys[id]]) as [Buffer] | undefined;
        return row === undefined ? undefined : (deserialize(row[0]) as City);
      },
      write: (id, city) => put.run([keys[id], serialize(city)]),
      close: () => database.close(),
    };
  },
};

/** This repository's library: hits of `getOrSet`, whose loader finds nothing. */
export function sqliteCore({ tagged = false }: { readonly tagged?: boolean } = {}): StoreContender {
  return {
    name: `@cache/core${tagged ? ', 2 tags' : ''}`,
    create: async ({ place, keys, tags }) => {
      const { createCache } = await import('@cache/core');
      const { sqlite } = await import('@cache/core/sqlite');
      const cache = createCache({ backend: sqlite({ directory: place }), ttl: TTL_MS });
      const nothing = { ttl: 0 };
      return {
        read: (id) => cache.getOrSet(keys[id] ?? '', () => null, nothing),
        write: (id, city) => cache.set(keys[id] ?? '', city, tagged ? { tags: tags[id] ?? [] } : {}),
        close: () => cache.close(),
      };
    },
  };
}

/** A file for each entry. The peers' own SQLite stores need a binding that must be compiled. */
export const filesBentocache: StoreContender = {
  name: 'bentocache, files',
  create: async ({ place, keys }) => {
    const { BentoCache, bentostore } = await import('bentocache');
    const { fileDriver } = await import('bentocache/drivers/file');
    const files = bentostore().useL2Layer(fileDriver({ directory: place, pruneInterval: false }));
    const cache = new BentoCache({ default: 'files', stores: { files }, ttl: TTL_MS });
    return {
      read: (id) => cache.get({ key: keys[id] ?? '' }),
      write: (id, value) => cache.set({ key: keys[id] ?? '', value }),
      close: () => cache.disconnectAll(),
    };
  },
};
