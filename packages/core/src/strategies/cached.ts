import { invalidOption } from '../errors.ts';
import type { Key } from '../key.ts';
import type { Loadable } from '../loader.ts';
import { type CacheSource, type DecoratorSource, decoratorOptions } from './cache-source.ts';
import { checkCachedOptions, CachedCalls, type CachedOptions, type CachedOptionsWithUnless } from './cached-calls.ts';
import type { Arguments } from './call-options.ts';
import { type AnyFunction, type CacheMethodDecorator, methodDecorator, standIn } from './method-decorator.ts';

/** A function whose results are cached. */
export interface CachedFunction<This, Args extends Arguments, Result> {
  (this: This, ...args: Args): Promise<Result>;
  /** The key of a call. */
  readonly key: (...args: Args) => Key;
  /**
   * Makes the value of a call invalid, and every value and response that was made from it.
   *
   * @throws what `invalidateTags` throws, when other processes could not be told
   */
  readonly invalidate: (...args: Args) => Promise<void>;
  /** `invalidate`, then a call: runs the function and answers the new value. */
  readonly refresh: (...args: Args) => Promise<Result>;
}

/**
 * Caches the results of a function: simultaneous calls with the same key share one, what throws is not stored, `null` is a
 * value. A function that needs `this` gets it. Without a function it is a decorator for methods that return promises.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; a call rejects with what the function throws, with `ERR_CACHE_KEY` for arguments that are no plain data, with
 *   `ERR_CACHE_VALUE` for a result `undefined` that `unless` does not except
 * @example
 * const readCity = cached(cache, { key: (id: number) => ['city', id], ttl: '10m' }, (id) => db.city(id));
 * const city = await readCity(5);
 * await readCity.invalidate(5); // the value and every page that shows it
 *
 * class Cities {
 *   @cached({ cache, ttl: '10m', tags: (id: number) => [`city:${id}`] })
 *   async find(id: number): Promise<City | null> { return db.city(id); }
 * }
 */
export function cached<This, Args extends Arguments, Result extends Loadable>(
  cache: CacheSource<This>,
  options: CachedOptions<Args, Result>,
  load: (this: This, ...args: Args) => Result | Promise<Result>,
): CachedFunction<This, Args, Result>;
export function cached<This, Args extends Arguments, Result>(
  cache: CacheSource<This>,
  options: CachedOptionsWithUnless<Args, Result>,
  load: (this: This, ...args: Args) => Result | Promise<Result>,
): CachedFunction<This, Args, Result>;
export function cached<Instance, Args extends Arguments = Arguments, Result = unknown>(
  options: DecoratorSource<Instance> & CachedOptionsWithUnless<Args, Result>,
): CacheMethodDecorator<NoInfer<Instance>, Args, Result>;
export function cached<Instance, Args extends Arguments = Arguments, Result extends Loadable = Loadable>(
  options: DecoratorSource<Instance> & CachedOptions<Args, Result>,
): CacheMethodDecorator<NoInfer<Instance>, Args, Result>;
export function cached(
  first: CacheSource<never> | (DecoratorSource<never> & CachedOptions<never, never>),
  options?: CachedOptions<never, never>,
  load?: AnyFunction,
): CachedFunction<unknown, Arguments, unknown> | CacheMethodDecorator<unknown, Arguments, unknown> {
  if (options === undefined && load === undefined) {
    const { cache, ...rest } = decoratorOptions(first);
    checkCachedOptions(cache, rest);
    return methodDecorator('cached', (method, nameOf) => new CachedCalls(cache, rest, method, nameOf));
  }
  checkCachedOptions(first, options as CachedOptions<never, never>);
  if (typeof load !== 'function') throw invalidOption('load', load, 'a function');
  const calls = new CachedCalls(
    first as CacheSource,
    options as CachedOptions<Arguments, unknown>,
    load,
    () => load.name,
  );
  return Object.assign(standIn(load, calls), {
    key: (...args: Arguments) => calls.key(undefined, args),
    invalidate: (...args: Arguments) => calls.invalidate(undefined, args),
    async refresh(...args: Arguments): Promise<unknown> {
      await calls.invalidate(undefined, args);
      return calls.run(undefined, args);
    },
  });
}
