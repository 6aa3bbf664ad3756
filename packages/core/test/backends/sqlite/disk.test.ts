import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Connection, type Driver, findDriver } from '../../../src/backends/sqlite/driver.ts';
import { sqlite } from '../../../src/backends/sqlite/index.ts';
import { createCache, type Store } from '../../../src/index.ts';
import { systemClock } from '../../../src/clock.ts';
import { temporaryDirectory } from './support/directory.ts';
import { entryOf } from './support/entries.ts';
import { entryFiles } from './support/raw.ts';
import { cleanUpAfterEach, world } from './support/use-directory.ts';

cleanUpAfterEach();

/** What the backends of a test opened: only through its own connection can one be made read-only. */
const opened = vi.hoisted((): { readonly path: string; readonly connection: Connection }[] => []);
vi.mock('../../../src/backends/sqlite/driver.ts', async (original) => {
  const actual = await original<{ findDriver(): Driver }>();
  return {
    ...actual,
    findDriver: (): Driver => {
      const driver = actual.findDriver();
      const open = (path: string): Connection => {
        const connection = driver.open(path);
        opened.push({ path, connection });
        return connection;
      };
      return { name: driver.name, open };
    },
  };
});
afterEach(() => void opened.splice(0));

/** A file system of its own, of a few pages; undefined where this user may not mount one. */
function smallDisk(): { directory: string; remount(mode: 'ro' | 'rw'): void; remove(): void } | undefined {
  const { directory, remove } = temporaryDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    remove();
    return undefined;
  }
  return {
    directory,
    remount: (mode) => void execFileSync('mount', ['-o', `remount,${mode}`, directory], { stdio: 'ignore' }),
    remove() {
      execFileSync('umount', ['-l', directory], { stdio: 'ignore' });
      remove();
    },
  };
}

const disk = smallDisk();
disk?.remove();

describe.skipIf(disk === undefined)('a full disk', () => {
  it('drops writes and counts them, tells once, and reads go on', async () => {
    const small = smallDisk();
    if (small === undefined) return;
    const reports: string[] = [];
    const backend = sqlite({ directory: small.directory, fileAbove: 200_000 });
    try {
      const report = (operation: string, error: unknown): void => void reports.push(`${operation}: ${String(error)}`);
      const store = backend.open({ name: 'raw', version: '1', clock: systemClock, report });
      await store.set('kept', entryOf('kept'));
      await store.set('replaced', entryOf('old'));
      await store.set('deleted', entryOf('old'));
      writeFileSync(join(small.directory, 'filler'), Buffer.alloc(1_000), { flag: 'a' });
      for (let index = 0; index < 100; index += 1) await store.set(`fill ${index}`, entryOf('x'.repeat(50_000)));
      await store.set('replaced', entryOf('x'.repeat(60_000)));
      await store.set('file', entryOf('x'.repeat(900_000)));
      expect((await store.get('kept'))?.value).toBe('kept');
      expect(await store.get('replaced')).toBeUndefined();
      expect(await store.get('file')).toBeUndefined();
      expect(backend.stats().droppedWrites).toBeGreaterThan(50);
      expect(reports).toHaveLength(1);
      expect(reports[0]).toMatch(/^write: .*(full|ENOSPC)/);
    } finally {
      await backend.close();
      small.remove();
    }
  });
});

describe('a database that nobody may write to', () => {
  it('drops writes and deletions, forgets what they concern, and reads go on', async () => {
    const here = world();
    const backend = here.backend();
    const store = here.store(backend);
    await store.set('kept', entryOf('kept'));
    await store.set('replaced', entryOf('old'));
    await store.set('deleted', entryOf('old'));
    const trigger = forbidWrites();
    await store.set('replaced', entryOf('new'));
    expect(await store.delete('deleted')).toBe(false);
    await store.setMany([['many', entryOf(1)]]);
    expect((await store.get('kept'))?.value).toBe('kept');
    expect(await store.get('replaced')).toBeUndefined();
    expect(await store.get('deleted')).toBeUndefined();
    expect(backend.stats().droppedWrites).toBe(3);
    expect(here.reports).toHaveLength(1);
    trigger.allow();
    expect(await store.swap('deleted', undefined, entryOf('again'))).toBe(true);
    expect((await store.get('deleted'))?.value).toBe('again');
    await store.set('replaced', entryOf('new'));
    expect((await store.get('replaced'))?.value).toBe('new');
  });

  it('fails no caller of the cache above', async () => {
    const here = world();
    const cache = createCache({ backend: here.backend() });
    await cache.set('a', 1);
    forbidWrites();
    expect(await cache.getOrSet('b', () => 2)).toBe(2);
    await cache.set('a', 2);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.getOrSet('a', () => 3)).toBe(3);
    await expect(cache.increment('n')).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  });
});

/** Makes all connections to entries fail as they do on a read-only disk. */
function forbidWrites(): { allow(): void } {
  const set = (on: number): void => {
    for (const { path, connection } of opened)
      if (path.endsWith('cache-v1.db')) connection.exec(`PRAGMA query_only = ${on}`);
  };
  set(1);
  return { allow: () => set(0) };
}

describe('a busy database', () => {
  it('makes writes wait without blocking, in their order', async () => {
    const here = world();
    const store = here.store();
    await store.set('a', entryOf(0));
    const lock = hold(here.directory);
    const writes = [
      store.set('a', entryOf(1)),
      store.set('a', entryOf(2)),
      store.delete('b'),
      store.set('a', entryOf(3)),
    ];
    expect(writes.every((each) => each instanceof Promise)).toBe(true);
    expect((await store.get('a'))?.value).toBe(0);
    lock.release();
    for (const write of writes) await write;
    expect((await store.get('a'))?.value).toBe(3);
  });

  it('gives up a write after busyTimeout, and never does it later', async () => {
    const here = world();
    const store = here.store(here.backend({ busyTimeout: 30 }));
    await store.set('a', entryOf(0));
    const lock = hold(here.directory);
    await expect(store.set('a', entryOf(1))).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    await expect(store.swap('b', undefined, entryOf(1))).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    lock.release();
    await store.set('c', entryOf(1));
    // libsql would keep open what gave up, and with it all that is written after.
    expect((await here.store(here.backend()).get('c'))?.value).toBe(1);
    // What could not be overwritten must not be read any more.
    expect(await store.get('a')).toBeUndefined();
    expect(await store.get('b')).toBeUndefined();
    await store.set('a', entryOf(2));
    expect((await store.get('a'))?.value).toBe(2);
  });

  it('rejects what waits when the backend is closed', async () => {
    const here = world();
    const backend = here.backend();
    const store = here.store(backend);
    await store.set('a', entryOf(0));
    const lock = hold(here.directory);
    const waiting = store.set('a', entryOf(1)) as Promise<void>;
    await backend.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
    lock.release();
    const again = here.store();
    expect((await again.get('a'))?.value).toBe(0);
  });
});

const held: { release(): void }[] = [];
afterEach(() => {
  for (const each of held.splice(0)) each.release();
});

/** Holds the right to write, as another program would. */
function hold(directory: string): { release(): void } {
  const connections = entryFiles(directory).map((path) => findDriver().open(path));
  for (const connection of connections) connection.exec('BEGIN IMMEDIATE');
  const lock = {
    release() {
      for (const connection of connections.splice(0)) {
        connection.exec('COMMIT');
        connection.close();
      }
    },
  };
  held.push(lock);
  return lock;
}

describe('the folder', () => {
  it('is made for its owner alone, files too', async () => {
    const { directory, remove } = temporaryDirectory();
    const backend = sqlite({ directory: join(directory, 'deep', 'cache'), fileAbove: 10 });
    const store: Store = backend.open({ name: 'raw', version: '1', clock: systemClock, report: () => {} });
    await store.set('a', entryOf('x'.repeat(100)));
    expect(statSync(join(directory, 'deep', 'cache')).mode & 0o777).toBe(0o700);
    for (const path of entryFiles(join(directory, 'deep', 'cache'))) {
      expect(statSync(path).mode & 0o077).toBe(0);
      expect(statSync(`${path}.files`).mode & 0o077).toBe(0);
      expect(statSync(`${path}-wal`).mode & 0o077).toBe(0);
    }
    await backend.close();
    remove();
  });

  it('that cannot be made costs hits and no caller', async () => {
    const { directory, remove } = temporaryDirectory();
    writeFileSync(join(directory, 'file'), '');
    const cache = createCache({ backend: sqlite({ directory: join(directory, 'file', 'cache') }) });
    const errors: unknown[] = [];
    cache.on('error', ({ error }) => void errors.push(error));
    expect(await cache.getOrSet('a', () => 1)).toBe(1);
    await cache.set('a', 1);
    expect(await cache.get('a')).toBeUndefined();
    expect(errors.length).toBeGreaterThan(0);
    await cache.close();
    mkdirSync(directory, { recursive: true });
    remove();
  });
});
