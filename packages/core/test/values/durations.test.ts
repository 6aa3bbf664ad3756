import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMilliseconds } from '../../src/duration.ts';
import { CacheError, type Duration, type DurationUnit } from '../../src/index.ts';
import { testCache } from '../support/test-cache.ts';

const UNITS: readonly (readonly [DurationUnit, number])[] = [
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
];

describe('durations', () => {
  it.each(UNITS)('understand the unit %s', async (unit, milliseconds) => {
    const { cache, clock } = testCache();
    await cache.set('a', 1, { ttl: `2${unit}` });
    clock.advance(2 * milliseconds - 1);
    expect(await cache.has('a')).toBe(true);
    clock.advance(1);
    expect(await cache.has('a')).toBe(false);
  });

  it('may have a fraction', () => {
    expect(toMilliseconds('1.5h', 'ttl')).toBe(5_400_000);
    expect(toMilliseconds('0.5s', 'ttl')).toBe(500);
  });

  it('without a unit are milliseconds', () => {
    expect(toMilliseconds(1_234, 'ttl')).toBe(1_234);
    expect(toMilliseconds(0.5, 'ttl')).toBe(0.5);
  });

  it('of text and number mean the same', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), fc.constantFrom(...UNITS), (count, [unit, milliseconds]) => {
        expect(toMilliseconds(`${count}${unit}`, 'ttl')).toBe(count * milliseconds);
      }),
    );
  });

  it('of forever never end', async () => {
    const { cache, clock } = testCache();
    await cache.set('a', 1, { ttl: 'forever' });
    clock.advance(1_000 * 365 * 86_400_000);
    expect(await cache.get('a')).toBe(1);
  });

  it.each([0, '0ms', '0s', '0w'] as const)('of %s are over at once, in every method', async (ttl) => {
    const { cache } = testCache();
    await cache.set('set', 1, { ttl });
    await cache.setMany([['setMany', 1]], { ttl });
    await cache.add('add', 1, { ttl });
    await cache.set('touch', 1);
    await cache.touch('touch', ttl);
    expect(await cache.getOrSet('getOrSet', () => 1, { ttl })).toBe(1);
    expect(await cache.getMany(['set', 'setMany', 'add', 'touch', 'getOrSet'])).toEqual(Array(5).fill(undefined));
  });

  it('of 0 remove what was stored before', async () => {
    const { cache } = testCache();
    await cache.set('a', 'old');
    await cache.set('a', 'new', { ttl: 0 });
    expect(await cache.get('a')).toBeUndefined();
  });

  it('of 0 as the default of a cache store nothing', async () => {
    const { cache } = testCache({ ttl: 0 });
    await cache.set('a', 1);
    expect(await cache.has('a')).toBe(false);
  });

  it.each([
    -1,
    Number.NaN,
    Infinity,
    -Infinity,
    '',
    '5',
    'm',
    '-5m',
    '5 m',
    ' 5m',
    '5M',
    '5min',
    '1e3ms',
    '.5s',
    '5.m',
    'Forever',
    null,
    true,
    {},
    [5],
    5n,
  ])('cannot be %s', (given) => {
    const convert = () => toMilliseconds(given as Duration, 'ttl');
    expect(convert).toThrow(CacheError);
    expect(convert).toThrow(/^Option `ttl` is .+; allowed: .*'5m'.*'forever'/);
  });
});
