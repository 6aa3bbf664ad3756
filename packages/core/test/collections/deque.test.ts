import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonCodec, structuredCloneCodec } from '../../src/index.ts';
import { all, usePlaces } from './places.ts';

describe.each(usePlaces())('A deque in %s', (_name, place) => {
  test('is pulled from the front and pushed at the back, unless it is said otherwise', async () => {
    const deque = place()().deque<string>('line');
    expect(await deque.push('a')).toBe(1);
    expect(await deque.pushMany(['b', 'c'])).toBe(3);
    expect(await deque.pushMany(['z', 'y'], { side: 'front' })).toBe(5);
    expect(await all(deque)).toEqual(['y', 'z', 'a', 'b', 'c']);
    expect(await deque.peek()).toBe('y');
    expect(await deque.peek({ side: 'back' })).toBe('c');
    expect(await deque.pull()).toBe('y');
    expect(await deque.pull({ side: 'back' })).toBe('c');
    expect(await deque.pullMany(9)).toEqual(['z', 'a', 'b']);
    expect(await deque.pull()).toBeUndefined();
    expect(await deque.peek()).toBeUndefined();
    expect(await deque.length()).toBe(0);
  });

  test('keeps values as they are, null among them', async () => {
    const deque = place()().deque<unknown>('values');
    const values = [null, 0, '', new Date(0), new Map([['a', 1n]]), new Uint8Array([0, 255]), { deep: [undefined] }];
    await deque.pushMany(values);
    expect(await all(deque)).toEqual(values);
    expect(await deque.pullMany(values.length)).toEqual(values);
  });

  test('is the same for all who open it, and another one under another name', async () => {
    const open = place();
    const collections = open();
    await collections.deque('one').push(1);
    expect(await open().deque('one').pull()).toBe(1);
    await open().deque('{o}ne:').push(2);
    expect(await collections.deque('one').length()).toBe(0);
    expect(await collections.deque('{o}ne:').length()).toBe(1);
  });

  test('gives each item to one of those who pull at the same time', async () => {
    const open = place();
    const items = Array.from({ length: 200 }, (_, index) => index);
    await open().deque('work').pushMany(items);
    const workers = [1, 2, 3, 4].map(async () => {
      const deque = open().deque<number>('work');
      const mine: number[] = [];
      for (let item = await deque.pull(); item !== undefined; item = await deque.pull()) mine.push(item);
      return mine;
    });
    const pulled = await Promise.all(workers);
    expect(pulled.flat().toSorted((a, b) => a - b)).toEqual(items);
    for (const mine of pulled) expect(mine).toEqual(mine.toSorted((a, b) => a - b));
  });

  test('drops items at the other end beyond its length', async () => {
    const deque = place()().deque<number>('last three', { maxLength: 3 });
    expect(await deque.pushMany([1, 2, 3, 4, 5])).toBe(3);
    expect(await all(deque)).toEqual([3, 4, 5]);
    await deque.push(0, { side: 'front' });
    expect(await all(deque)).toEqual([0, 3, 4]);
  });

  test('loses items when their time is over', async () => {
    const deque = place()().deque<string>('short');
    await deque.push('gone', { ttl: 20 });
    await deque.push('stays', { ttl: '1h' });
    await deque.push('gone too', { ttl: 0 });
    await setTimeout(40);
    expect(await deque.length()).toBe(3);
    expect(await deque.peek()).toBe('stays');
    expect(await deque.peek({ side: 'back' })).toBe('stays');
    expect(await all(deque)).toEqual(['stays']);
    expect(await deque.pullMany(2)).toEqual(['stays']);
    expect(await deque.length()).toBe(0);
  });

  test('goes round', async () => {
    const deque = place()().deque<number>('round');
    await deque.rotate(2);
    await deque.pushMany([1, 2, 3, 4, 5]);
    await deque.rotate();
    expect(await all(deque)).toEqual([5, 1, 2, 3, 4]);
    await deque.rotate(-13);
    expect(await all(deque)).toEqual([3, 4, 5, 1, 2]);
  });

  test('is walked through in pages', async () => {
    const deque = place()().deque<number>('long');
    const items = Array.from({ length: 250 }, (_, index) => index);
    await deque.pushMany(items.slice(100));
    await deque.pushMany(items.slice(0, 100).reverse(), { side: 'front' });
    expect(await all(deque)).toEqual(items);
    expect(await deque.pullMany(250)).toEqual(items);
  });

  test('is empty after `clear`, and only it', async () => {
    const collections = place()();
    const deque = collections.deque('mine');
    await collections.deque('other').push(1);
    await deque.pushMany([1, 2]);
    await deque.clear();
    await deque.clear();
    expect([await deque.length(), await collections.deque('other').length()]).toEqual([0, 1]);
  });

  test('behaves like an array, whatever is done', async () => {
    const collections = place()();
    const item = fc.integer({ min: 0, max: 99 });
    const side = fc.constantFrom('front' as const, 'back' as const);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), items: fc.array(item, { minLength: 1, maxLength: 4 }), side }),
      fc.record({ kind: fc.constant('pull' as const), count: fc.integer({ min: 0, max: 3 }), side }),
      fc.record({ kind: fc.constant('rotate' as const), steps: fc.integer({ min: -7, max: 7 }) }),
    );
    let runs = 0;
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const deque = collections.deque<number>(`model ${(runs += 1)}`, { maxLength: 6 });
      let model: number[] = [];
      const answers: number[][] = [];
      const expected: number[][] = [];
      for (const each of steps) {
        if (each.kind === 'push') {
          await deque.pushMany(each.items, { side: each.side });
          for (const pushed of each.items) {
            model = each.side === 'back' ? [...model, pushed].slice(-6) : [pushed, ...model].slice(0, 6);
          }
        } else if (each.kind === 'pull') {
          const ends = each.side === 'front' ? model : model.toReversed();
          answers.push(await deque.pullMany(each.count, { side: each.side }));
          expected.push(ends.slice(0, each.count));
          const left = ends.slice(each.count);
          model = each.side === 'front' ? left : left.toReversed();
        } else {
          await deque.rotate(each.steps);
          const by = model.length === 0 ? 0 : ((each.steps % model.length) + model.length) % model.length;
          model = [...model.slice(model.length - by), ...model.slice(0, model.length - by)];
        }
      }
      expect(answers).toEqual(expected);
      expect(await all(deque)).toEqual(model);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  test('refuses what it cannot do, and says what is allowed', async () => {
    const collections = place()();
    const deque = collections.deque<unknown>('strict');
    await expect(deque.push(undefined)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    await expect(deque.pushMany([1, () => 1])).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    await expect(deque.push(1, { side: 'left' as 'front' })).rejects.toThrow(
      "Option `side` is \"left\"; allowed: 'front' or 'back'.",
    );
    await expect(deque.push(1, { ttl: -1 })).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'ttl' });
    await expect(deque.pullMany(1.5)).rejects.toMatchObject({ option: 'count' });
    await expect(deque.rotate(Number.NaN)).rejects.toMatchObject({ option: 'steps' });
    expect(await deque.length()).toBe(0);
    expect(() => collections.deque('')).toThrow('Option `name` is ""; allowed: a non-empty string.');
    expect(() => collections.deque('a', { maxLength: 0 })).toThrow('allowed: a whole number greater than 0');
    expect(() => collections.deque('a', { maxlength: 1 } as object)).toThrow('Unknown option `maxlength`');
  });

  test('says which codec is missing, and that it is closed', async () => {
    const open = place();
    await open({ codec: structuredCloneCodec }).deque('mixed').push(new Date());
    const collections = open({ codec: jsonCodec });
    await expect(collections.deque('mixed').peek()).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    await collections.close();
    await expect(collections.deque('mixed').peek()).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
    await expect(collections.deque('mixed').push(1)).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
  });
});
