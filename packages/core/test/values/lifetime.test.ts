import { describe, expect, it } from 'vitest';
import { createEntry, isExpired, isFresh } from '../../src/entry.ts';
import { asyncBackend, recordingBackend } from '../support/backends.ts';
import { testCache } from '../support/test-cache.ts';

const MINUTE = 60_000;

describe('a value', () => {
  it('is fresh until its ttl ends, and gone at that instant', async () => {
    const { cache, clock } = testCache();
    await cache.set('a', 1, { ttl: '1m' });
    clock.advance(MINUTE - 1);
    expect(await cache.get('a')).toBe(1);
    clock.advance(1);
    expect(await cache.get('a')).toBeUndefined();
  });

  it('lives five minutes unless told otherwise', async () => {
    const { cache, clock } = testCache();
    await cache.set('a', 1);
    clock.advance(5 * MINUTE - 1);
    expect(await cache.has('a')).toBe(true);
    clock.advance(1);
    expect(await cache.has('a')).toBe(false);
  });

  it('takes its ttl from the call, else from the cache', async () => {
    const { cache, clock } = testCache({ ttl: '1m' });
    await cache.set('cache', 1);
    await cache.set('call', 1, { ttl: '2m' });
    clock.advance(MINUTE);
    expect(await cache.getMany(['cache', 'call'])).toEqual([undefined, 1]);
  });

  it('does not live longer for being read', async () => {
    const { cache, clock } = testCache({ ttl: '1m' });
    await cache.set('a', 1);
    clock.advance(MINUTE - 1);
    await cache.get('a');
    await cache.getOrSet('a', () => 2);
    clock.advance(1);
    expect(await cache.get('a')).toBeUndefined();
  });

  it('begins a new life when it is set again', async () => {
    const { cache, clock } = testCache({ ttl: '1m' });
    await cache.set('a', 1);
    clock.advance(MINUTE - 1);
    await cache.set('a', 2);
    clock.advance(MINUTE - 1);
    expect(await cache.get('a')).toBe(2);
  });

  it('is kept with absolute instants', async () => {
    const { backend, calls } = recordingBackend();
    const { cache, clock } = testCache({ backend });
    await cache.set('a', 1, { ttl: '1m', staleWhileRevalidate: '2m', staleIfError: '3m' });
    const now = clock.now();
    expect(calls.at(-1)?.entry).toMatchObject({
      storedAt: now,
      staleAt: now + MINUTE,
      revalidateUntil: now + 3 * MINUTE,
      errorUntil: now + 4 * MINUTE,
      deleteAt: now + 4 * MINUTE,
    });
  });

  it('that a loader took long to make lives from when it was made', async () => {
    const { cache, clock } = testCache({ ttl: '1m' });
    await cache.getOrSet('a', () => {
      clock.advance(20_000);
      return 1;
    });
    clock.advance(MINUTE - 1);
    expect(await cache.get('a')).toBe(1);
  });

  it.each([null, false, 0, '', Number.NaN])('of %s is a hit like any other', async (value) => {
    const { cache } = testCache();
    await cache.set('a', value);
    expect(await cache.has('a')).toBe(true);
    expect(await cache.get('a')).toBe(value);
    expect(await cache.getOrSet('a', () => 'loaded')).toBe(value);
    expect(await cache.add('a', 'added')).toBe(false);
  });

  it('of null from a loader is not loaded again', async () => {
    const { cache } = testCache();
    let loads = 0;
    const load = (): null => {
      loads += 1;
      return null;
    };
    expect(await cache.getOrSet('a', load)).toBeNull();
    expect(await cache.getOrSet('a', load)).toBeNull();
    expect(loads).toBe(1);
  });

  it('dies when the clock is found set back by more than 5 seconds, instead of living longer', async () => {
    const { cache, clock } = testCache({ ttl: '1h' });
    await cache.set('a', 1);
    clock.jump(clock.now() - 5_001);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.getOrSet('a', () => 2)).toBe(2);
  });

  it('from the future is neither fresh nor usable', () => {
    const parts = { value: 1, tags: [], position: 0, limitAt: Infinity, copyOnRead: false };
    const entry = createEntry(parts, { ttl: MINUTE, staleWhileRevalidate: 0, staleIfError: 0 }, 100_000);
    expect([isFresh(entry, 95_000), isExpired(entry, 95_000)]).toEqual([true, false]);
    expect([isFresh(entry, 94_999), isExpired(entry, 94_999)]).toEqual([false, true]);
  });

  it('survives a clock that differs by 5 seconds, with age 0', async () => {
    const { cache, clock } = testCache({ ttl: '1h' });
    await cache.set('a', 1);
    clock.jump(clock.now() - 5_000);
    const ages: number[] = [];
    cache.on('hit', ({ age }) => ages.push(age));
    expect(await cache.get('a')).toBe(1);
    expect(ages).toEqual([0]);
  });
});

describe('touch', () => {
  it('makes a fresh value live from now on', async () => {
    const { cache, clock } = testCache({ ttl: '1m' });
    await cache.set('a', 1);
    clock.advance(MINUTE - 1);
    expect(await cache.touch('a', '1m')).toBe(true);
    clock.advance(MINUTE - 1);
    expect(await cache.get('a')).toBe(1);
    clock.advance(1);
    expect(await cache.get('a')).toBeUndefined();
  });

  it('can shorten a life', async () => {
    const { cache, clock } = testCache({ ttl: '1h' });
    await cache.set('a', 1);
    await cache.touch('a', '1m');
    clock.advance(MINUTE);
    expect(await cache.get('a')).toBeUndefined();
  });

  it('does nothing for a value that is not there or expired', async () => {
    const { cache, clock } = testCache({ ttl: '1m', staleWhileRevalidate: '1h', staleIfError: '1h' });
    expect(await cache.touch('a', '1h')).toBe(false);
    await cache.set('a', 1);
    clock.advance(MINUTE);
    expect(await cache.touch('a', '1h')).toBe(false);
    expect(await cache.get('a')).toBeUndefined();
  });

  it('leaves no stale answers behind when it ends a life that was for ever', async () => {
    const { cache, clock } = testCache();
    await cache.set('a', 'old', { ttl: 'forever' });
    await cache.touch('a', '1m');
    clock.advance(MINUTE);
    expect(await cache.getOrSet('a', () => 'new')).toBe('new');
  });

  it('keeps the length of the stale windows', async () => {
    const { cache, clock } = testCache({ ttl: '1m', staleIfError: '1m' });
    const fail = (): never => {
      throw new Error('down');
    };
    await cache.set('a', 1);
    await cache.touch('a', '10m');
    clock.advance(11 * MINUTE - 1);
    expect(await cache.getOrSet('a', fail)).toBe(1);
    clock.advance(1);
    await expect(cache.getOrSet('a', fail)).rejects.toThrow('down');
  });

  it('never makes a value outlive what it was made of', async () => {
    const { cache, clock } = testCache();
    const load = () => cache.getOrSet('inner', () => 1, { ttl: '1m' });
    await cache.getOrSet('outer', load, { ttl: '1h' });
    await cache.touch('outer', '1h');
    clock.advance(MINUTE);
    expect(await cache.get('outer')).toBeUndefined();
  });

  it('leaves the tags in force', async () => {
    const { cache } = testCache();
    await cache.set('a', 1, { tags: ['t'] });
    await cache.touch('a', 'forever');
    await cache.invalidateTags(['t']);
    expect(await cache.get('a')).toBeUndefined();
  });

  it('never brings back what was deleted meanwhile (asynchronous backend)', async () => {
    const { cache } = testCache({ backend: asyncBackend() });
    await cache.set('a', 1);
    await Promise.all([cache.delete('a'), cache.touch('a', '1h')]);
    expect(await cache.get('a')).toBeUndefined();
  });
});
