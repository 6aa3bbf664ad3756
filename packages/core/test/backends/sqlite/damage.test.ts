import { closeSync, openSync, readdirSync, rmSync, statSync, truncateSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createCache } from '../../../src/index.ts';
import { entryFiles, withDatabase } from './support/raw.ts';
import { cleanUpAfterEach, world } from './support/use-directory.ts';
import { entryOf } from './support/entries.ts';

cleanUpAfterEach();
// Other processes take a while to start when the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const quarantined = (directory: string) => readdirSync(directory).filter((name) => name.endsWith('.corrupt'));

/** Writes nonsense over a part of a file. */
function scribble(path: string, at: number, length: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(length, 0xa5), 0, length, at);
  closeSync(file);
}

/** Files as a process leaves them that ended: closed, or killed with a log of pages beside. */
async function filled(here: ReturnType<typeof world>, how: 'closed' | 'killed'): Promise<string> {
  const writer = await here.process();
  await writer.call('write', 'key', 300, 900);
  const backend = here.backend();
  if (how === 'killed') await writer.kill();
  else {
    await writer.call('close');
    const [path = ''] = entryFiles(here.directory);
    withDatabase(path, (database) => database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all());
  }
  await backend.close();
  return entryFiles(here.directory)[0] ?? '';
}

describe('a damaged file', () => {
  it.each([
    ['in its header', 'closed', '', 0, 100],
    ['at its begin', 'closed', '', 0, 8_192],
    ['in the middle', 'closed', '', 40_960, 40_960],
    ['in the first pages after the header', 'closed', '', 100, 12_000],
    ['in its log of pages', 'killed', '-wal', 4_000, 100_000],
    ['in the header of that log', 'killed', '-wal', 0, 64],
    ['in its shared index', 'killed', '-shm', 0, 32_768],
  ] as const)('%s fails no caller, and never answers another value', async (_, how, suffix, at, length) => {
    const here = world();
    const path = await filled(here, how);
    scribble(path + suffix, at, Math.min(length, statSync(path + suffix).size - at));
    const backend = here.backend();
    const store = here.store(backend);
    for (let index = 0; index < 300; index += 1) {
      expect([undefined, 'x'.repeat(900)]).toContain((await store.get(`key${index}`))?.value);
    }
    for (let index = 0; index < 300; index += 1) await store.set(`key${index}`, entryOf(index));
    for (let index = 0; index < 300; index += 1) expect((await store.get(`key${index}`))?.value).toBe(index);
    await backend.check({ fix: true });
    expect(await backend.check()).toEqual([]);
    await store.set('after', entryOf('new'));
    expect((await store.get('after'))?.value).toBe('new');
  });

  it('is put aside and reported when that is noticed at the opening', async () => {
    const here = world();
    const path = await filled(here, 'closed');
    scribble(path, 0, 100);
    const store = here.store();
    expect(await store.get('key1')).toBeUndefined();
    expect(quarantined(here.directory)).toHaveLength(1);
    expect(here.reports.map(({ operation }) => operation)).toEqual(['quarantine']);
  });

  it('is put aside when it shows in use, and other processes find the new one', async () => {
    const here = world();
    await filled(here, 'closed');
    const [one, two] = [here.backend(), here.backend()];
    const [first, second] = [here.store(one), here.store(two)];
    await first.set('a', entryOf(1));
    expect((await second.get('a'))?.value).toBe(1);
    const other = await here.process();
    // From another process, because this one would lose its locks.
    await other.call('scribble', 4_096, 200_000);
    await other.call('scribble', 0, 100);
    for (let index = 0; index < 300; index += 1) {
      await first.get(`key${index}`);
      await first.set(`fresh${index}`, entryOf(index));
    }
    await one.check({ fix: true });
    await first.set('b', entryOf(2));
    expect((await first.get('b'))?.value).toBe(2);
    await expect.poll(async () => (await second.get('b'))?.value, { interval: 20, timeout: 5_000 }).toBe(2);
    expect(quarantined(here.directory).length).toBeGreaterThan(0);
  });

  it('that is put aside lets no load in that began before a deletion', async () => {
    const here = world();
    await filled(here, 'closed');
    const other = await here.process();
    const backend = here.backend();
    const cache = createCache({ backend });
    await other.call('startLoad', 'deleted', 'old', []);
    await cache.delete('deleted');
    await other.call('scribble', 0, 100);
    await backend.close();
    const again = createCache({ backend: here.backend() });
    await again.set('x', 1);
    expect(quarantined(here.directory)).toHaveLength(1);
    await other.call('finishLoad');
    expect(await again.get('deleted')).toBeUndefined();
    await again.set('x', 2);
    expect(await again.get('x')).toBe(2);
  });

  it('of another version or of another program is put aside', async () => {
    const here = world();
    const path = await filled(here, 'closed');
    withDatabase(path, (database) => database.exec('PRAGMA user_version = 99'));
    expect(await here.store().get('key1')).toBeUndefined();
    expect(quarantined(here.directory)).toHaveLength(1);
  });

  it('with the invalidations makes what was stored invalid, and what is stored then valid', async () => {
    const here = world();
    const cache = createCache({ backend: here.backend() });
    await cache.set('old', 1, { tags: ['t'] });
    await cache.invalidateTags(['other']);
    await cache.close();
    const log = join(here.directory, 'log-v1.db');
    for (const suffix of ['-wal', '-shm']) rmSync(log + suffix, { force: true });
    scribble(log, 0, 4_096);
    const again = createCache({ backend: here.backend() });
    expect(await again.get('old')).toBeUndefined();
    await again.set('new', 2, { tags: ['t'] });
    expect(await again.get('new')).toBe(2);
    await again.invalidateTags(['t']);
    expect(await again.get('new')).toBeUndefined();
  });

  it('is no trouble when the whole directory is removed under a running process', async () => {
    const here = world();
    const store = here.store();
    await store.set('a', entryOf(1));
    rmSync(here.directory, { recursive: true });
    await expect.poll(() => store.get('a'), { interval: 20, timeout: 5_000 }).toBeUndefined();
    await store.set('b', entryOf(2));
    expect((await store.get('b'))?.value).toBe(2);
    expect(entryFiles(here.directory)).toHaveLength(1);
  });
});

describe('check()', () => {
  it('finds and mends files without a row, rows without a file, unreadable values and wrong totals', async () => {
    const here = world();
    const backend = here.backend({ fileAbove: 1_000 });
    const store = here.store(backend);
    for (const key of ['a', 'b', 'c', 'd']) await store.set(key, entryOf(key.repeat(2_000)));
    await store.set('small', entryOf('small'));
    const [path = ''] = entryFiles(here.directory);
    const files = readdirSync(`${path}.files`, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name));
    expect(files).toHaveLength(4);
    withDatabase(path, (database) => {
      const file = String(database.prepare("SELECT file FROM entries WHERE key LIKE '%/a'").get()?.[0]);
      unlinkSync(files.find((each) => each.endsWith(file)) ?? '');
      database.exec(
        "UPDATE entries SET body = x'00' WHERE key LIKE '%small'; UPDATE totals SET bytes = bytes + 7, live = 99",
      );
      database.exec("DELETE FROM entries WHERE key LIKE '%/d'; DELETE FROM garbage");
    });
    const kinds = (problems: Awaited<ReturnType<typeof backend.check>>) => problems.map(({ kind }) => kind).sort();
    const expected = ['missing file', 'orphan file', 'unreadable value', 'wrong total', 'wrong total'];
    expect(kinds(await backend.check())).toEqual(expected);
    expect(kinds(await backend.check({ fix: true }))).toEqual(expected);
    expect(await backend.check()).toEqual([]);
    expect(backend.stats().files).toBe(2);
  });

  it('does not take for a fault what others write meanwhile', async () => {
    const here = world();
    const writers = await Promise.all([1, 2].map(() => here.process({ fileAbove: 2_000 })));
    const writing = writers.map((writer, index) => writer.call('write', `${index}-`, 150, 3_000));
    const backend = here.backend({ fileAbove: 2_000 });
    here.store(backend);
    for (let round = 0; round < 10; round += 1) expect(await backend.check()).toEqual([]);
    await Promise.all(writing);
    expect(await backend.check()).toEqual([]);
    expect(backend.stats().files).toBe(300);
  });

  it('lets a value be made again that cannot be read', async () => {
    const here = world();
    const store = here.store(here.backend({ fileAbove: 1_000 }));
    await store.set('file', entryOf('x'.repeat(2_000)));
    await store.set('row', entryOf('x'));
    const [path = ''] = entryFiles(here.directory);
    withDatabase(path, (database) => database.exec("UPDATE entries SET body = x'00' WHERE key LIKE '%row'"));
    for (const each of readdirSync(`${path}.files`, { recursive: true, withFileTypes: true })) {
      if (each.isFile()) truncateSync(join(each.parentPath, each.name), 100);
    }
    for (const key of ['file', 'row']) {
      expect(await store.get(key)).toBeUndefined();
      expect(await store.swap(key, undefined, entryOf('again'))).toBe(true);
      expect((await store.get(key))?.value).toBe('again');
      expect(await store.swap(key, undefined, entryOf('not again'))).toBe(false);
    }
  });
});
