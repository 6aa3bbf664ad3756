import { describe, expect, it } from 'vitest';
import type { Key } from '../../src/index.ts';
import { testCache } from '../support/test-cache.ts';

async function listed(keys: AsyncIterable<Key>): Promise<Key[]> {
  const list: Key[] = [];
  for await (const key of keys) list.push(key);
  return list.sort((a, b) => (JSON.stringify(a, bigints) < JSON.stringify(b, bigints) ? -1 : 1));
}

const bigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

describe('keys', () => {
  it('are listed as they were given, of one namespace only', async () => {
    const { cache } = testCache();
    const keys: Key[] = ['a', '[1]', '@x', '\\y', '', ['city', 5], ['city', 6n, null, true], ['5n', '"n":"1"']];
    for (const key of keys) await cache.set(key, 1);
    await cache.namespace('inside').set('hidden', 1);
    await cache.lock('held');
    const all = await listed(cache.keys());
    expect(all).toHaveLength(keys.length);
    expect(all).toEqual(expect.arrayContaining(keys));
    expect(await listed(cache.namespace('inside').keys())).toEqual(['hidden']);
  });

  it('are found by the beginning of a text or the first parts of a tuple', async () => {
    const { cache } = testCache();
    for (const key of [
      'apple',
      'apricot',
      'pear',
      ['city', 5],
      ['city', 55],
      ['city', 5, 'x'],
      ['cities', 5],
    ] as Key[]) {
      await cache.set(key, 1);
    }
    expect(await listed(cache.keys('ap'))).toEqual(['apple', 'apricot']);
    expect(await listed(cache.keys(['city', 5]))).toEqual([
      ['city', 5, 'x'],
      ['city', 5],
    ]);
    expect(await listed(cache.keys(['city']))).toHaveLength(3);
  });
});
