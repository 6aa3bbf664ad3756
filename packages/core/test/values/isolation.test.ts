import { describe, expect, it } from 'vitest';
import { testCache } from '../support/test-cache.ts';

interface City {
  name: string;
  tags: string[];
  place: { latitude: number };
}
const berlin = (): City => ({ name: 'Berlin', tags: ['capital'], place: { latitude: 52.5 } });

class Counter {
  #count = 0;
  readonly label = { text: 'count' };
  increment(): number {
    this.#count += 1;
    return this.#count;
  }
}

class Visit {
  readonly at = new Date(0);
}

describe('frozen values (the default)', () => {
  it('are frozen to their depth, so that a change is an error where it is made', async () => {
    const { cache } = testCache();
    await cache.set('a', berlin());
    const city = await cache.get<City>('a');
    expect(() => Object.assign(city ?? {}, { name: 'Bonn' })).toThrow(TypeError);
    expect(() => city?.tags.push('changed')).toThrow(TypeError);
    expect(() => Object.assign(city?.place ?? {}, { latitude: 0 })).toThrow(TypeError);
    expect(await cache.get('a')).toEqual(berlin());
  });

  it('are answered by reference: a hit costs no copy', async () => {
    const { cache } = testCache();
    await cache.set('a', berlin());
    expect(await cache.get('a')).toBe(await cache.getOrSet('a', berlin));
  });

  it('are frozen for the caller whose loader made them too, and for the one who set them', async () => {
    const { cache } = testCache();
    const given = berlin();
    await cache.set('set', given);
    expect(Object.isFrozen(given.place)).toBe(true);
    const loaded = await cache.getOrSet('load', berlin);
    expect(Object.isFrozen(loaded.place)).toBe(true);
  });

  it.each<[string, () => unknown, (value: never) => unknown]>([
    ['a Date', () => new Date(0), (value: Date) => value.setTime(5)],
    ['a Map', () => new Map([['a', { n: 1 }]]), (value: Map<string, unknown>) => value.clear()],
    [
      'an object in a Map',
      () => new Map([['a', { n: 1 }]]),
      (value: Map<string, object>) => Object.assign(value.get('a') ?? {}, { n: 2 }),
    ],
    ['a Set', () => new Set([1, 2]), (value: Set<number>) => value.add(3)],
    ['a Buffer', () => Buffer.from('abc'), (value: Buffer) => value.fill(0)],
    ['a typed array', () => new Float64Array([1, 2]), (value: Float64Array) => value.fill(0)],
    ['an ArrayBuffer', () => new Uint8Array([1]).buffer, (value: ArrayBuffer) => new Uint8Array(value).fill(0)],
    ['a DataView', () => new DataView(new ArrayBuffer(2)), (value: DataView) => value.setUint8(0, 9)],
    [
      'a Date deep inside',
      () => ({ list: [{ at: new Date(0) }] }),
      (value: { list: { at: Date }[] }) => value.list[0]?.at.setTime(5),
    ],
  ])('that cannot be frozen are copied for each hit: %s', async (_, make, change) => {
    const { cache } = testCache();
    const given = make();
    await cache.set('a', given);
    change(given as never);
    const hit = await cache.get('a');
    expect(hit).toEqual(make());
    change(hit as never);
    expect(await cache.get('a')).toEqual(make());
    const loaded = await cache.getOrSet('b', () => make() as object);
    change(loaded as never);
    expect(await cache.get('b')).toEqual(make());
  });

  it('that are copied keep their kind, their shared parts and their circles', async () => {
    const { cache } = testCache();
    const shared = { at: new Date(0) };
    const value: Record<string, unknown> = {
      one: shared,
      two: shared,
      bytes: Buffer.from('abc'),
      bare: Object.create(null),
    };
    value['self'] = value;
    await cache.set('a', value);
    const hit = await cache.get<typeof value>('a');
    expect(hit?.['one']).toBe(hit?.['two']);
    expect(hit?.['self']).toBe(hit);
    expect(Buffer.isBuffer(hit?.['bytes'])).toBe(true);
    expect(Object.getPrototypeOf(hit?.['bare'])).toBeNull();
  });

  it('may be circles', async () => {
    const { cache } = testCache();
    const value: { self?: unknown } = {};
    value.self = value;
    await cache.set('a', value);
    expect(await cache.get('a')).toBe(value);
  });

  it('may be instances of classes, whose private state they do not protect', async () => {
    const { cache } = testCache();
    await cache.set('a', new Counter());
    const counter = await cache.get<Counter>('a');
    expect(counter?.increment()).toBe(1);
    expect(Object.isFrozen(counter?.label)).toBe(true);
  });

  it('protect what an instance of a class has in its public fields', async () => {
    const { cache } = testCache();
    await cache.set('a', new Visit());
    (await cache.get<Visit>('a'))?.at.setTime(5);
    expect((await cache.get<Visit>('a'))?.at.getTime()).toBe(0);
  });

  it('protect what an object has under a symbol', async () => {
    const { cache } = testCache();
    const name = Symbol('name');
    await cache.set('a', { [name]: { n: 1 } });
    expect(Object.isFrozen((await cache.get<Record<symbol, object>>('a'))?.[name])).toBe(true);
  });

  it('are the same for all who waited for one load', async () => {
    const { cache } = testCache();
    const [one, two] = await Promise.all([cache.getOrSet('a', berlin), cache.getOrSet('a', berlin)]);
    expect(one).toBe(two);
    expect(Object.isFrozen(one)).toBe(true);
  });
});

describe('cloned values', () => {
  it('may be changed by whoever got them', async () => {
    const { cache } = testCache({ values: 'cloned' });
    const given = berlin();
    await cache.set('a', given);
    given.tags.push('changed');
    for (const name of ['Bonn', 'Bern']) {
      const city = await cache.get<City>('a');
      expect(city).toEqual(berlin());
      city?.tags.push(name);
      if (city !== undefined) city.place.latitude = 0;
    }
  });

  it('are a copy each for all who waited for one load', async () => {
    const { cache } = testCache({ values: 'cloned' });
    const [one, two] = await Promise.all([cache.getOrSet('a', berlin), cache.getOrSet('a', berlin)]);
    one.tags.push('changed');
    expect(two).toEqual(berlin());
    expect(await cache.get('a')).toEqual(berlin());
  });
});

describe('shared values', () => {
  it('are the very object that was stored, unfrozen', async () => {
    const { cache } = testCache({ values: 'shared' });
    const given = berlin();
    await cache.set('a', given);
    expect(await cache.get('a')).toBe(given);
    expect(Object.isFrozen(given)).toBe(false);
  });
});

describe.each(['frozen', 'cloned', 'shared'] as const)('%s values', (values) => {
  it.each([0, '', 'text', true, null, 10n, Symbol.iterator])(
    'that are primitive stay what they are: %s',
    async (value) => {
      const { cache } = testCache({ values });
      await cache.set('a', value);
      expect(await cache.get('a')).toBe(value);
    },
  );
});
