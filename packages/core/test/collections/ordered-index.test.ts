import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Key } from '../../src/index.ts';
import { all, usePlaces } from './places.ts';

describe.each(usePlaces())('An index in %s', (_name, place) => {
  test('keeps entries in the order in which their keys came', async () => {
    const index = place()().index<number>('order');
    await index.set('b', 1);
    await index.setMany([
      ['a', 2],
      ['c', 3],
      ['b', 4],
    ]);
    expect(await all(index)).toEqual([
      ['b', 4],
      ['a', 2],
      ['c', 3],
    ]);
    expect(await all(index.keys({ reverse: true }))).toEqual(['c', 'a', 'b']);
    expect(await all(index.values())).toEqual([4, 2, 3]);
    expect(await index.size()).toBe(3);
    expect([await index.first(), await index.last()]).toEqual([
      ['b', 4],
      ['c', 3],
    ]);
  });

  test('puts a key that was away at the end', async () => {
    const index = place()().index<number>('again');
    await index.setMany([
      ['a', 1],
      ['b', 2],
    ]);
    expect(await index.delete('a')).toBe(true);
    expect(await index.delete('a')).toBe(false);
    await index.set('a', 3);
    expect(await all(index.keys())).toEqual(['b', 'a']);
  });

  test('reads one or many, and takes away', async () => {
    const index = place()().index<string | null>('reads');
    await index.setMany([
      ['a', 'A'],
      ['nothing', null],
    ]);
    expect(await index.getMany(['nothing', 'missing', 'a'])).toEqual([null, undefined, 'A']);
    expect(await index.getMany([])).toEqual([]);
    expect([await index.has('nothing'), await index.has('missing')]).toEqual([true, false]);
    expect([await index.pop('a'), await index.pop('a'), await index.get('a')]).toEqual(['A', undefined, undefined]);
    expect(await index.popLast()).toEqual(['nothing', null]);
    expect([await index.popFirst(), await index.first(), await index.last()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('lets one of many add a key', async () => {
    const open = place();
    const added = await Promise.all([1, 2, 3, 4].map((each) => open().index<number>('once').add('key', each)));
    expect(added.filter(Boolean)).toHaveLength(1);
    const index = open().index<number>('once');
    const winner = await index.get('key');
    expect(winner).toBe(added.indexOf(true) + 1);
    expect(await index.getOrAdd('key', 9)).toBe(winner);
    expect(await index.getOrAdd('other', 9)).toBe(9);
    expect(await index.get('other')).toBe(9);
  });

  test('has keys that differ wherever they look alike', async () => {
    const index = place()().index<number>('keys');
    const keys: Key[] = [
      '1',
      [1],
      ['1'],
      [1n],
      ['a', 'b'],
      '["a","b"]',
      'a,b',
      '',
      '@x',
      '\\',
      '\ud800',
      [null, true],
      'é',
    ];
    await index.setMany(keys.map((key, at) => [key, at] as const));
    expect(await all(index.keys())).toEqual(keys);
    expect(await index.getMany(keys)).toEqual(keys.map((_, at) => at));
  });

  test('is apart from a deque and from indexes of other names', async () => {
    const collections = place()();
    await collections.deque('same').push(1);
    await collections.index('same').set('a', 1);
    await collections.index('same:values').set('b', 2);
    await collections.index('same').clear();
    expect(await collections.index('same').size()).toBe(0);
    expect(await collections.index('same:values').size()).toBe(1);
    expect(await collections.deque('same').length()).toBe(1);
  });

  test('shows each entry once that is there all the while, whatever else happens', async () => {
    const index = place()().index<number>('walk');
    const numbers = Array.from({ length: 250 }, (_, at) => at);
    await index.setMany(numbers.map((at) => [['stays', at], at] as const));
    await index.setMany(numbers.map((at) => [['goes', at], at] as const));
    const seen: Key[] = [];
    for await (const [key] of index.entries()) {
      if (seen.length === 50) for (const at of [3, 100, 200]) await index.delete(['goes', at]);
      if (seen.length === 60) await index.set(['stays', 3], -3);
      if (seen.length === 70) await index.set('new', 1);
      seen.push(key);
    }
    expect(seen.filter((key) => key[0] === 'stays')).toEqual(numbers.map((at) => ['stays', at]));
  });

  test('behaves like a Map, whatever is done', async () => {
    const collections = place()();
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      fc.record({ kind: fc.constantFrom('set' as const, 'add' as const), key, value: fc.nat(9) }),
      fc.record({ kind: fc.constantFrom('pop' as const), key }),
      fc.record({ kind: fc.constantFrom('popFirst' as const, 'popLast' as const) }),
    );
    let runs = 0;
    const property = fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const index = collections.index<number>(`model ${(runs += 1)}`);
      const model = new Map<string, number>();
      const answers: unknown[] = [];
      const expected: unknown[] = [];
      for (const each of steps) {
        if (each.kind === 'set') {
          await index.set(each.key, each.value);
          model.set(each.key, each.value);
        } else if (each.kind === 'add') {
          answers.push(await index.add(each.key, each.value));
          expected.push(!model.has(each.key));
          if (!model.has(each.key)) model.set(each.key, each.value);
        } else if (each.kind === 'pop') {
          answers.push(await index.pop(each.key));
          expected.push(model.get(each.key));
          model.delete(each.key);
        } else {
          const end = [...model].at(each.kind === 'popFirst' ? 0 : -1);
          answers.push(await index[each.kind]());
          expected.push(end);
          if (end !== undefined) model.delete(end[0]);
        }
      }
      expect(answers).toEqual(expected);
      expect(await all(index)).toEqual([...model]);
      expect(await all(index.entries({ reverse: true }))).toEqual([...model].toReversed());
    });
    await fc.assert(property, { numRuns: 30 });
  });

  test('refuses what it cannot do, and sets none of many then', async () => {
    const index = place()().index<unknown>('strict');
    await expect(index.get([] as unknown as Key)).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    await expect(index.set('a', undefined)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    const entries = [
      ['a', 1],
      ['b', () => 1],
    ] as const;
    await expect(index.setMany(entries)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect(await index.size()).toBe(0);
    await expect(all(index.keys({ backwards: true } as object))).rejects.toThrow('Unknown option `backwards`');
  });
});
