import { describe, expect, it } from 'vitest';
import type { Entry, Store } from '../../src/index.ts';
import { asyncBackend, faultyBackend } from '../support/backends.ts';
import { failureOf, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

const down = new Error('backend down');
const throwing = (): never => {
  throw down;
};
const rejecting = (): Promise<never> => Promise.reject(down);

const KINDS = [
  ['throws', throwing],
  ['rejects', rejecting],
] as const;

describe('a backend that hangs', () => {
  const hanging = (): Promise<never> => new Promise(() => {});
  const hangs: Partial<Store> = {
    get: hanging,
    getMany: hanging,
    set: hanging,
    setMany: hanging,
    delete: hanging,
    deleteMany: hanging,
    swap: hanging,
    clear: hanging,
  };

  it('keeps no call waiting longer than the time it has', async () => {
    const { cache, clock } = testCache({ backend: faultyBackend(hangs), backendTimeout: '200ms' });
    const events = recordEvents(cache, 'error');
    let settled = 0;
    const calls = [
      cache.get('a'),
      cache.getMany(['a']),
      cache.set('a', 1),
      cache.setMany([['a', 1]]),
      cache.add('a', 1),
      cache.touch('a', '1m'),
      cache.delete('a'),
      cache.getOrSet('b', () => 1),
      cache.getOrSetMany(['c'], () => [1]),
      cache.clear(),
    ];
    for (const call of calls) void call.then(() => (settled += 1));
    await flush();
    clock.advance(199);
    await flush();
    expect(settled).toBe(0);
    for (let turn = 0; turn < 5; turn += 1) {
      clock.advance(200);
      await flush();
    }
    expect(await Promise.all(calls.slice(0, 2))).toEqual([undefined, [undefined]]);
    expect(settled).toBe(calls.length);
    expect(events.length).toBeGreaterThanOrEqual(calls.length);
  });

  it('gives no count', async () => {
    const { cache, clock } = testCache({ backend: faultyBackend(hangs) });
    const counting = failureOf(cache.increment('a'));
    await flush();
    clock.advance(1_000);
    expect(await counting).toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  });
});

describe.each(KINDS)('a backend that %s', (_, fault) => {
  const broken: Partial<Store> = {
    get: fault,
    getMany: fault,
    set: fault,
    setMany: fault,
    delete: fault,
    deleteMany: fault,
    swap: fault,
    clear: fault,
  };

  it('in everything never fails a call', async () => {
    const { cache } = testCache({ backend: faultyBackend(broken) });
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    expect(await cache.has('a')).toBe(false);
    await cache.set('a', 1);
    await cache.setMany([['a', 1]]);
    expect(await cache.add('a', 1)).toBe(false);
    expect(await cache.touch('a', '1m')).toBe(false);
    expect(await cache.delete('a')).toBe(false);
    expect(await cache.deleteMany(['a'])).toBe(0);
    expect(await cache.getOrSet('a', () => 1)).toBe(1);
    await cache.invalidateTags(['t']);
    await cache.namespace('a').clear();
    await cache.clear();
  });

  it.each([
    ['get', 'backend get'],
    ['set', 'backend set'],
    ['delete', 'backend delete'],
    ['clear', 'backend clear'],
  ] as const)('in %s reports it', async (operation, reported) => {
    const { cache } = testCache({ backend: faultyBackend({ [operation]: fault }) });
    const events = recordEvents(cache, 'error');
    await cache.getOrSet('a', () => 1);
    await cache.delete('a');
    await cache.clear();
    expect(events.length).toBeGreaterThan(0);
    for (const { event } of events) expect(event).toEqual({ operation: reported, error: down });
  });

  it('in set makes the load tell that it was not stored', async () => {
    const { cache } = testCache({ backend: faultyBackend({ set: fault }) });
    const events = recordEvents(cache, 'load');
    expect(await cache.getOrSet('a', () => 1)).toBe(1);
    expect(events).toMatchObject([{ event: { stored: false } }]);
  });

  it('in get still lets 100 simultaneous calls share one load', async () => {
    const { cache } = testCache({ backend: faultyBackend({ get: fault }) });
    let loads = 0;
    const load = async (): Promise<number> => {
      loads += 1;
      await flush();
      return loads;
    };
    const values = await Promise.all(Array.from({ length: 100 }, () => cache.getOrSet('a', load)));
    expect(new Set(values)).toEqual(new Set([1]));
  });

  it('in delete still forgets what was invalidated or cleared', async () => {
    const { cache } = testCache({ backend: faultyBackend({ delete: fault, clear: fault }) });
    await cache.set('a', 1, { tags: ['t'] });
    await cache.set('b', 2);
    await cache.invalidateTags(['t']);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.get('b')).toBe(2);
    await cache.clear();
    expect(await cache.get('b')).toBeUndefined();
  });

  it('in everything lets the errors of loaders through as they are', async () => {
    const { cache } = testCache({ backend: faultyBackend(broken) });
    await expect(cache.getOrSet('a', () => Promise.reject<number>(new Error('loader')))).rejects.toThrow('loader');
  });

  it('in delete and set leaves dependencies of a value in force', async () => {
    const { cache } = testCache({ backend: faultyBackend({ delete: fault }) });
    await cache.getOrSet('outer', () => cache.getOrSet('inner', () => 1, { tags: ['t'] }));
    await cache.invalidateTags(['t']);
    expect(await cache.get('outer')).toBeUndefined();
  });
});

describe('a backend that returns what is no entry', () => {
  const foreign: [string, unknown][] = [
    ['null', null],
    ['a number', 42],
    ['text', '{"value":1}'],
    ['an array', [1]],
    ['an empty object', {}],
    ['a value without deadlines', { value: 'foreign', tags: [], position: 0, checkedAt: 0 }],
    ['deadlines that are text', { ...valid(), staleAt: '2030', deleteAt: '2030' }],
    ['an entry without tags', { ...valid(), tags: undefined }],
    ['an entry without a position', { ...valid(), position: undefined, checkedAt: undefined }],
    ['an entry without a value', { ...valid(), value: undefined }],
  ];

  it.each(foreign)('(%s) is a miss', async (_, found) => {
    for (const get of [() => found as Entry, () => Promise.resolve(found as Entry)]) {
      const { cache } = testCache({ backend: faultyBackend({ get }) });
      await cache.invalidateTags(['t']);
      expect(await cache.get('a')).toBeUndefined();
      expect(await cache.has('a')).toBe(false);
      expect(await cache.touch('a', '1m')).toBe(false);
      expect(await cache.getOrSet('a', () => 'loaded')).toBe('loaded');
    }
  });

  it('is found out by a check that a good entry passes', async () => {
    const { cache } = testCache({ backend: faultyBackend({ get: () => valid() }) });
    expect(await cache.get('a')).toBe('value');
  });
});

describe('a backend that loses, delays or mixes up', () => {
  it('(everything, at once) is a cache that never hits', async () => {
    const { cache } = testCache({ backend: faultyBackend({ set: () => {} }) });
    await cache.set('a', 1);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.getOrSet('a', () => 2)).toBe(2);
  });

  it('(an entry that came too late) does not answer past its deadline', async () => {
    let answer: (entry: Entry) => void = () => {};
    const get = () => new Promise<Entry>((resolve) => (answer = resolve));
    const { cache, clock } = testCache({ backend: faultyBackend({ get }) });
    const call = cache.getOrSet('a', () => 'loaded');
    clock.advance(300_000);
    answer(valid());
    expect(await call).toBe('loaded');
  });

  it('(an entry that was invalidated while it was on its way) does not answer', async () => {
    let answer: (entry: Entry) => void = () => {};
    const get = () => new Promise<Entry>((resolve) => (answer = resolve));
    const { cache } = testCache({ backend: faultyBackend({ get }) });
    const call = cache.getOrSet('a', () => 'loaded');
    await cache.invalidateTags(['t']);
    answer(valid());
    expect(await call).toBe('loaded');
  });

  it('(copies instead of the same object) works the same', async () => {
    const { cache } = testCache({ backend: asyncBackend() });
    await cache.set('a', { n: 1 }, { tags: ['t'] });
    await cache.invalidateTags(['other']);
    expect(await cache.get('a')).toEqual({ n: 1 });
    await cache.invalidateTags(['t']);
    expect(await cache.get('a')).toBeUndefined();
  });
});

function valid(): Entry {
  const now = Date.UTC(2026, 0, 1);
  const [staleAt, deleteAt] = [now + 300_000, now + 300_000];
  const deadlines = {
    storedAt: now,
    staleAt,
    revalidateUntil: staleAt,
    errorUntil: staleAt,
    deleteAt,
    limitAt: Infinity,
  };
  return { ...deadlines, value: 'value', tags: ['t'], position: 0, checkedAt: -1, copyOnRead: false, token: undefined };
}
