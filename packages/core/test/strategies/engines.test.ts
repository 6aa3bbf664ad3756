import { describe, expect, it } from 'vitest';
import { spaceOf } from '../../src/cache.ts';
import { cached, cacheEvict, cachePut, createCache, defineKeys, type StoreContext } from '../../src/index.ts';
import { SharedMemory } from '../backends/shared-memory.ts';
import { deferred, flush } from '../support/deferred.ts';
import { useEngines } from '../support/engines.ts';

const keys = defineKeys({ city: (id: number) => id });

/** A city that each function reads or writes. */
function cities(cache: ReturnType<typeof createCache>, rows: Map<number, string>) {
  return {
    read: cached(cache, { key: keys.city }, (id) => rows.get(id) ?? null),
    save: cachePut(cache, { key: keys.city }, (id, name: string) => {
      rows.set(id, name);
      return name;
    }),
    remove: cacheEvict(cache, { key: keys.city }, (id) => rows.delete(id)),
  };
}

describe.each(useEngines())('%s', (_, engine) => {
  it('keeps what is read and put, and forgets what is evicted and invalidated', async () => {
    const cache = createCache({ backend: engine() });
    const rows = new Map([[5, 'first']]);
    const { read, save, remove } = cities(cache, rows);
    expect(await read(5)).toBe('first');
    rows.set(5, 'second');
    expect(await read(5)).toBe('first');
    await read.invalidate(5);
    expect(await read(5)).toBe('second');
    await save(5, 'third');
    rows.set(5, 'unseen');
    expect(await read(5)).toBe('third');
    await remove(5);
    expect(await read(5)).toBeNull();
  });
});

describe('two processes', () => {
  function processes() {
    const server = new SharedMemory();
    return [1, 2].map(() => createCache({ backend: server.client() }));
  }

  it('forget what the other has invalidated, and what was made from it', async () => {
    const [one, two] = processes();
    if (one === undefined || two === undefined) throw new Error('Two were made.');
    const rows = new Map([[5, 'old']]);
    const [here, there] = [cities(one, rows), cities(two, rows)];
    const page = cached(two, { name: 'page' }, async () => `page of ${await there.read(5)}`);
    expect([await here.read(5), await page()]).toEqual(['old', 'page of old']);
    await here.save(5, 'new');
    expect([await there.read(5), await page()]).toEqual(['new', 'page of new']);
    rows.delete(5);
    await here.read.invalidate(5);
    expect([await there.read(5), await page()]).toEqual([null, 'page of null']);
  });

  it('leave a key empty that both put at once', async () => {
    const [one, two] = processes();
    if (one === undefined || two === undefined) throw new Error('Two were made.');
    const result = deferred<string>();
    const slow = cachePut(one, { key: () => 'k' }, () => result.promise)();
    await flush();
    await cachePut(two, { key: () => 'k' }, () => 'quick')();
    expect(await two.get('k')).toBe('quick');
    result.resolve('slow');
    await slow;
    expect([await one.get('k'), await two.get('k')]).toEqual([undefined, undefined]);
  });

  it('leave it empty too if what was put in between had to make room', async () => {
    const server = new SharedMemory();
    const [one, two] = [1, 2].map(() => createCache({ backend: server.client() }));
    if (one === undefined || two === undefined) throw new Error('Two were made.');
    const result = deferred<string>();
    const slow = cachePut(one, { key: () => 'k' }, () => result.promise)();
    for (let turn = 0; turn < 3; turn += 1) await flush();
    await cachePut(two, { key: () => 'k' }, () => 'quick')();
    server.evict({ name: 'cache', version: '1' } as StoreContext, spaceOf(one).id('k'));
    result.resolve('slow');
    await slow;
    expect([await one.get('k'), await two.get('k')]).toEqual([undefined, undefined]);
  });
});
