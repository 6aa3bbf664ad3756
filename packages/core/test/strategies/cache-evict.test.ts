import { describe, expect, it } from 'vitest';
import { cached, cacheEvict } from '../../src/index.ts';
import { failingBackend } from '../support/backends.ts';
import { deferred, failureOf, flush } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

async function filled() {
  const { cache } = testCache();
  await cache.setMany(
    [
      ['a', 1],
      ['b', 2],
    ],
    { tags: ['both'] },
  );
  await cache.set('c', 3);
  const left = async (): Promise<string[]> => {
    const keys: string[] = [];
    for (const key of ['a', 'b', 'c']) if (await cache.has(key)) keys.push(key);
    return keys;
  };
  return { cache, left };
}

describe('an evicting function', () => {
  it.each<[string, object, string[]]>([
    ['a key', { key: (id: string) => id }, ['b', 'c']],
    ['several keys', { keys: (id: string) => [id, 'c'] }, ['b']],
    ['tags', { tags: ['both'] }, ['c']],
    ['tags of the arguments', { tags: (id: string) => (id === 'a' ? ['both'] : []) }, ['c']],
    ['tags of the result', { resultTags: (result: string) => [result] }, ['c']],
    ['all', { all: true }, []],
    ['a key and tags', { key: () => 'c', tags: ['both'] }, []],
    ['nothing, when not', { all: true, when: () => false }, ['a', 'b', 'c']],
  ])('removes %s', async (_, options, expected) => {
    const { cache, left } = await filled();
    const remove = cacheEvict(cache, options, async (_id: string) => 'both');
    expect(await remove('a')).toBe('both');
    expect(await left()).toEqual(expected);
  });

  it('clears its namespace only', async () => {
    const { cache, left } = await filled();
    const inner = cache.namespace('inner');
    await inner.set('a', 1);
    await cacheEvict(inner, { all: true }, () => {})();
    expect(await inner.has('a')).toBe(false);
    expect(await left()).toEqual(['a', 'b', 'c']);
  });

  it('removes after the call, and what was made from it', async () => {
    const { cache } = testCache();
    const rows = new Map([[5, 'old']]);
    const read = cached(cache, { key: (id: number) => ['city', id] }, (id) => rows.get(id) ?? null);
    const page = cached(cache, { name: 'page' }, async (id: number) => `page of ${await read(id)}`);
    const gate = deferred<void>();
    const rename = cacheEvict(cache, { key: (id: number) => ['city', id] }, async (id: number, name: string) => {
      await gate.promise;
      rows.set(id, name);
    });
    expect(await page(5)).toBe('page of old');
    const call = rename(5, 'new');
    await flush();
    expect(await page(5)).toBe('page of old');
    gate.resolve();
    await call;
    expect([await read(5), await page(5)]).toEqual(['new', 'page of new']);
  });

  it('keeps a load from being stored that began before it ended', async () => {
    const { cache } = testCache();
    const loaded = deferred<string>();
    const read = cached(cache, { key: () => 'k' }, () => loaded.promise);
    const reading = read();
    await flush();
    await cacheEvict(cache, { key: () => 'k' }, () => 1)();
    loaded.resolve('old');
    expect(await reading).toBe('old');
    expect(await cache.has('k')).toBe(false);
  });

  it('removes nothing when it throws', async () => {
    const { cache, left } = await filled();
    const remove = cacheEvict(cache, { all: true }, async () => Promise.reject(new Error('no')));
    expect(await failureOf(remove())).toMatchObject({ message: 'no' });
    expect(await left()).toEqual(['a', 'b', 'c']);
  });

  it('removes before and after with `before`, whatever the outcome', async () => {
    for (const fails of [false, true]) {
      const { cache, left } = await filled();
      const gate = deferred<void>();
      const remove = cacheEvict(cache, { key: () => 'a', before: true }, async () => {
        await gate.promise;
        if (fails) throw new Error('no');
      });
      const call = remove().catch(() => 'failed');
      await flush();
      expect(await left()).toEqual(['b', 'c']);
      await cache.set('a', 'loaded meanwhile');
      gate.resolve();
      expect(await call).toBe(fails ? 'failed' : undefined);
      expect(await left()).toEqual(['b', 'c']);
    }
  });

  it('returns what it returned though the cache is broken', async () => {
    const { cache } = testCache({ backend: failingBackend() });
    const remove = cacheEvict(cache, { key: () => 'a', tags: ['t'], all: true, before: true }, () => 5);
    expect(await remove()).toBe(5);
  });
});

describe('wrong use of cacheEvict', () => {
  const { cache } = testCache();
  const wrong = (...given: unknown[]): unknown => (cacheEvict as unknown as (...given: unknown[]) => unknown)(...given);
  const remove = (): number => 1;
  it.each<[string, string, unknown[]]>([
    ['nothing to remove', 'key', [cache, { before: true, all: false }, remove]],
    ['no function', 'write', [cache, { all: true }]],
    ['a lifetime', 'ttl', [cache, { all: true, ttl: 1 }, remove]],
    ['a text for yes', 'before', [cache, { all: true, before: 'yes' }, remove]],
    ['keys that are no function', 'keys', [cache, { keys: ['a'] }, remove]],
    ['no cache', 'cache', [{ all: true }]],
  ])('(%s) is named at the call: %s', (_, option, given) => {
    expect(() => wrong(...given)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }));
  });

  it('with a key that is none rejects before the function runs', async () => {
    let ran = false;
    const broken = cacheEvict(cache, { keys: () => ['a', 5 as never] }, () => (ran = true));
    expect(await failureOf(broken())).toMatchObject({ code: 'ERR_CACHE_KEY' });
    expect(ran).toBe(false);
  });
});
