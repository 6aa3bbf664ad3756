import { describe, expect, it } from 'vitest';
import { createCache } from '../../../src/index.ts';
import { cleanUpAfterEach, world } from './support/use-directory.ts';

cleanUpAfterEach();

describe('sqlite: four processes on one directory', () => {
  it.each([1, 4])(
    'lose no write and no turn of read and swap, with %i shards',
    async (shards) => {
      const here = world();
      const others = await Promise.all([1, 2, 3, 4].map(() => here.process({ shards })));
      await Promise.all(
        others.map(async (other, index) => {
          await other.call('increment', 'sum', 200);
          await other.call('count', 'counter', 50);
          await other.call('write', `process-${index}-`, 200, 500);
        }),
      );
      const backend = here.backend({ shards });
      const store = here.store(backend);
      expect((await store.get('sum'))?.value).toBe(800);
      expect(await createCache({ backend }).get('counter')).toBe(200);
      for (let index = 0; index < 4; index += 1) {
        for (let key = 0; key < 200; key += 1) {
          expect((await store.get(`process-${index}-${key}`))?.value).toBe('x'.repeat(500));
        }
      }
      expect(await backend.check()).toEqual([]);
      expect(backend.stats().entries).toBe(802);
    },
    60_000,
  );

  it('keep the byte total exact and the limit while all of them write too much', async () => {
    const here = world();
    const options = { maxBytes: 300_000, fileAbove: 4_000 };
    const others = await Promise.all([1, 2, 3, 4].map(() => here.process(options)));
    await Promise.all(
      others.flatMap((other, index) => [other.call('write', `${index}-`, 200, index === 0 ? 6_000 : 1_000)]),
    );
    for (const other of others) await other.kill();
    const backend = here.backend(options);
    here.store(backend);
    expect(await backend.check()).toEqual([]);
    expect(backend.stats().bytes).toBeLessThanOrEqual(300_000);
    expect(backend.stats().evictions).toBeGreaterThan(0);
  }, 60_000);

  it('share tags, namespaces and deletions', async () => {
    const here = world();
    const other = await here.process();
    const cache = createCache({ backend: here.backend() });
    const gone = (key: string) => expect.poll(() => cache.get(key), { interval: 2 }).toBeUndefined();
    await cache.set('a', 1, { tags: ['t'] });
    await cache.namespace('n').set('a', 2);
    expect(await other.call('get', 'a')).toBe(1);
    await other.call('invalidateTags', ['t']);
    await gone('a');
    expect(await cache.namespace('n').get('a')).toBe(2);
    await other.call('clear', 'n');
    await expect.poll(() => cache.namespace('n').get('a'), { interval: 2 }).toBeUndefined();
    await other.call('set', 'a', 3, ['t']);
    expect(await cache.get('a')).toBe(3);
    await cache.invalidateTags(['t']);
    await expect.poll(() => other.call('get', 'a'), { interval: 2 }).toBeNull();
    await cache.set('b', 1);
    expect(await other.call('delete', 'b')).toBe(true);
    expect(await cache.get('b')).toBeUndefined();
  }, 60_000);

  it('do not store a load that began before another one deleted the key or invalidated a tag', async () => {
    const here = world();
    const other = await here.process();
    const cache = createCache({ backend: here.backend() });
    await other.call('startLoad', 'deleted', 'old', []);
    await cache.delete('deleted');
    expect(await other.call('finishLoad')).toBe('old');
    expect(await cache.get('deleted')).toBeUndefined();
    await other.call('startLoad', 'tagged', 'old', ['t']);
    await cache.invalidateTags(['t']);
    await other.call('finishLoad');
    expect(await cache.get('tagged')).toBeUndefined();
    await other.call('startLoad', 'untouched', 'new', ['u']);
    await other.call('finishLoad');
    expect(await cache.get('untouched')).toBe('new');
  }, 60_000);

  it('find everything again after a restart', async () => {
    const here = world();
    const other = await here.process();
    await other.call('set', 'a', { deep: [1, new Date(0)] }, ['t', 'u']);
    await other.call('set', 'b', 'kept', []);
    await other.call('invalidateTags', ['t']);
    await other.call('setIn', 'n', 'c', 'kept too');
    await other.kill();
    const cache = createCache({ backend: here.backend() });
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.get('b')).toBe('kept');
    expect(await cache.namespace('n').get('c')).toBe('kept too');
  }, 60_000);
});
