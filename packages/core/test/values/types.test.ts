import { describe, expectTypeOf, it } from 'vitest';
import {
  type Cache,
  type CacheEvents,
  type CacheOptions,
  createCache,
  type Duration,
  type Entry,
  type Key,
  type LoaderContext,
} from '../../src/index.ts';

interface City {
  readonly name: string;
}
const cache = createCache();
describe('types', () => {
  it('getOrSet returns what the loader returns', () => {
    expectTypeOf(() => {
      expectTypeOf(cache.getOrSet('k', () => ({ name: 'Berlin' }))).resolves.toEqualTypeOf<{ name: string }>();
      expectTypeOf(cache.getOrSet('k', async () => 5)).resolves.toEqualTypeOf<number>();
      expectTypeOf(cache.getOrSet('k', (): City | null => null)).resolves.toEqualTypeOf<City | null>();
    }).toBeFunction();
  });

  it('a loader that may return undefined does not type-check', () => {
    expectTypeOf(() => {
      // @ts-expect-error undefined cannot be stored
      void cache.getOrSet('k', () => undefined);
      // @ts-expect-error nor perhaps
      void cache.getOrSet('k', (): City | undefined => undefined);
      // @ts-expect-error nor later
      void cache.getOrSet('k', async (): Promise<City | undefined> => undefined);
      // @ts-expect-error nor may the loader return nothing at all
      void cache.getOrSet('k', () => {});
    }).toBeFunction();
  });

  it('get returns the type it is told, or undefined', () => {
    expectTypeOf(() => {
      expectTypeOf(cache.get<City>('k')).resolves.toEqualTypeOf<City | undefined>();
      expectTypeOf(cache.get('k')).resolves.toEqualTypeOf<unknown>();
      expectTypeOf(cache.getMany<City>(['k'])).resolves.toEqualTypeOf<(City | undefined)[]>();
    }).toBeFunction();
  });

  it('the loader is told of the stale value with its type', () => {
    expectTypeOf(() =>
      cache.getOrSet<City>('k', (context) => {
        expectTypeOf(context).toEqualTypeOf<LoaderContext<City>>();
        expectTypeOf(context.stale?.value).toEqualTypeOf<City | undefined>();
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
        return { name: 'Berlin' };
      }),
    ).toBeFunction();
  });

  it('keys are strings and tuples of primitives', () => {
    expectTypeOf<'k'>().toExtend<Key>();
    expectTypeOf<readonly ['city', 5, true, 7n, null]>().toExtend<Key>();
    expectTypeOf<number>().not.toExtend<Key>();
    expectTypeOf<undefined>().not.toExtend<Key>();
    expectTypeOf<[undefined]>().not.toExtend<Key>();
    expectTypeOf<[['nested']]>().not.toExtend<Key>();
    expectTypeOf<{ id: number }>().not.toExtend<Key>();
  });

  it('durations are numbers, numbers with a known unit, and forever', () => {
    expectTypeOf<5>().toExtend<Duration>();
    expectTypeOf<'5m' | '250ms' | '1.5h' | '30d' | '2w' | 'forever'>().toExtend<Duration>();
    expectTypeOf<'5 minutes'>().not.toExtend<Duration>();
    expectTypeOf<'5'>().not.toExtend<Duration>();
    expectTypeOf<'never'>().not.toExtend<Duration>();
    expectTypeOf<null>().not.toExtend<Duration>();
  });

  it('an unknown option does not type-check', () => {
    expectTypeOf(() => {
      // @ts-expect-error no such option
      void cache.set('k', 1, { timeToLive: '5m' });
      // @ts-expect-error no such option
      createCache({ max: 5 });
      // @ts-expect-error a tag is no list of tags
      void cache.set('k', 1, { tags: 'city' });
      // @ts-expect-error set has no loader to abort
      void cache.set('k', 1, { signal: new AbortController().signal });
    }).toBeFunction();
    expectTypeOf<CacheOptions['values']>().toEqualTypeOf<'frozen' | 'cloned' | 'shared' | undefined>();
  });

  it('listeners know their event', () => {
    expectTypeOf(() => {
      cache.on('hit', (event) => {
        expectTypeOf(event.age).toEqualTypeOf<number>();
        expectTypeOf(event.stale).toEqualTypeOf<boolean>();
      });
      expectTypeOf(cache.on('load', () => {})).toEqualTypeOf<() => void>();
      // @ts-expect-error no such event
      cache.on('hits', () => {});
    }).toBeFunction();
    expectTypeOf<CacheEvents['hit']['key']>().toEqualTypeOf<Key>();
  });

  it('a namespace is a cache; an entry cannot be written to', () => {
    expectTypeOf(cache.namespace('a')).toEqualTypeOf<Cache>();
    expectTypeOf(() => {
      const entry = {} as Entry<City>;
      // @ts-expect-error read-only
      entry.staleAt = 5;
      // @ts-expect-error read-only
      cache.name = 'other';
    }).toBeFunction();
  });
});
