import { invalidOption } from '../errors.ts';
import { type CacheSource, type DecoratorSource, decoratorOptions } from './cache-source.ts';
import type { Arguments } from './call-options.ts';
import { type AnyFunction, type CacheMethodDecorator, methodDecorator, standIn } from './method-decorator.ts';
import { checkPutOptions, PutCalls, type PutOptions } from './put-calls.ts';

/** A function around which something is done with a cache. */
export type WrappedFunction<This, Args extends Arguments, Result> = (this: This, ...args: Args) => Promise<Result>;

/**
 * Runs a function each time and stores its result, as a function that writes to the database and returns the new row. What was
 * stored before goes in any case, and so does every value and response that was made from it. Nothing is done when the
 * function throws. Without a function it is a decorator for methods that return promises.
 *
 * The result is not stored, and the key left empty for the next reader to load, if the key was written or deleted, or something that
 * the result was made of was invalidated, while the function ran: nobody knows then which is newer. A cache that fails is an `error` event.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; a call rejects with what the function throws, and before it runs with `ERR_CACHE_KEY`
 * @example
 * const saveCity = cachePut(cache, { key: (city: City) => ['city', city.id], ttl: '10m' }, (city) => db.saveCity(city));
 * await saveCity({ id: 5, name: 'Berlin' }); // what reads ['city', 5] gets it
 *
 * class Cities {
 *   @cachePut({ cache, resultKey: (city: City) => ['city', city.id] })
 *   async create(name: string): Promise<City> { return db.createCity(name); }
 * }
 */
export function cachePut<This, Args extends Arguments, Result>(
  cache: CacheSource<This>,
  options: PutOptions<Args, Result>,
  write: (this: This, ...args: Args) => Result | Promise<Result>,
): WrappedFunction<This, Args, Result>;
export function cachePut<Instance, Args extends Arguments = Arguments, Result = unknown>(
  options: DecoratorSource<Instance> & PutOptions<Args, Result>,
): CacheMethodDecorator<NoInfer<Instance>, Args, Result>;
export function cachePut(
  first: CacheSource<never> | (DecoratorSource<never> & PutOptions<never, never>),
  options?: PutOptions<never, never>,
  write?: AnyFunction,
): unknown {
  if (options === undefined && write === undefined) {
    const { cache, ...rest } = decoratorOptions(first);
    checkPutOptions(cache, rest);
    return methodDecorator('cachePut', (method) => new PutCalls(cache, rest, method));
  }
  checkPutOptions(first, options as PutOptions<never, never>);
  if (typeof write !== 'function') throw invalidOption('write', write, 'a function');
  return standIn(write, new PutCalls(first as CacheSource, options as PutOptions<Arguments, unknown>, write));
}
