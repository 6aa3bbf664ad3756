import { closeSync, openSync, writeSync } from 'node:fs';
import { type Cache, createCache } from '../../../../src/index.ts';
import { type SqliteBackend, type SqliteOptions, sqlite } from '../../../../src/backends/sqlite/index.ts';
import type { Store } from '../../../../src/backends/backend.ts';
import { systemClock } from '../../../../src/clock.ts';
import { entryOf } from './entries.ts';
import { entryFiles } from './raw.ts';

let directory = '';
let backend: SqliteBackend;
let store: Store;
let cache: Cache;
let release: () => void = () => {};

/** What another process of a test can be asked to do. */
export const commands = {
  open(options: SqliteOptions): void {
    directory = options.directory;
    backend = sqlite(options);
    store = backend.open({ name: 'raw', version: '1', clock: systemClock, report: () => {} });
    cache = createCache({ backend });
  },
  /** Adds 1 to a number, again and again, as long as nobody was faster. */
  async increment(key: string, times: number): Promise<number> {
    let lost = 0;
    for (let done = 0; done < times; ) {
      const found = await store.get(key);
      const value = found === undefined || found.deleteAt === 0 ? 0 : (found.value as number);
      if (await store.swap(key, found, entryOf(value + 1))) done += 1;
      else lost += 1;
    }
    return lost;
  },
  /** `increment` of the cache. */
  async count(key: string, times: number): Promise<void> {
    for (let done = 0; done < times; done += 1) await cache.increment(key);
  },
  async write(prefix: string, times: number, bytes: number): Promise<void> {
    for (let index = 0; index < times; index += 1) await store.set(`${prefix}${index}`, entryOf('x'.repeat(bytes)));
  },
  /** Begins a stream that never ends, and returns when so many of its bytes are written. */
  async beginStream(key: string, length: number): Promise<void> {
    const writing = await store.streams?.begin(key, entryOf(null));
    await writing?.write(Buffer.alloc(length, 1));
  },
  /** Writes nonsense over a part of the database. */
  scribble(at: number, length: number): void {
    const [path = ''] = entryFiles(directory);
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(length, 0xa5), 0, length, at);
    closeSync(file);
  },
  get: (key: string): Promise<unknown> => cache.get(key),
  set: (key: string, value: unknown, tags: readonly string[]): Promise<void> => cache.set(key, value, { tags }),
  delete: (key: string): Promise<boolean> => cache.delete(key),
  invalidateTags: (tags: readonly string[]): Promise<void> => cache.invalidateTags(tags),
  clear: (namespace: string): Promise<void> => cache.namespace(namespace).clear(),
  getIn: (namespace: string, key: string): Promise<unknown> => cache.namespace(namespace).get(key),
  setIn: (namespace: string, key: string, value: unknown): Promise<void> => cache.namespace(namespace).set(key, value),
  /** A load that goes on until `finish`. */
  startLoad(key: string, value: string, tags: readonly string[]): void {
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    loading = cache.getOrSet(key, () => gate.then(() => value), { tags });
  },
  async finishLoad(): Promise<unknown> {
    release();
    return loading;
  },
  async close(): Promise<void> {
    await backend.close();
  },
};

let loading: Promise<unknown> = Promise.resolve();

process.on('message', ([name, ...parameters]: [keyof typeof commands, ...unknown[]]) => {
  const command = commands[name] as (...of: unknown[]) => unknown;
  void (async () => {
    try {
      process.send?.({ result: (await command(...parameters)) ?? null });
      if (name === 'close') process.disconnect();
    } catch (error) {
      process.send?.({ error: String(error) });
    }
  })();
});
process.send?.({ ready: true });
