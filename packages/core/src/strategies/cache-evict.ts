import { invalidOption } from '../errors.ts';
import type { WrappedFunction } from './cache-put.ts';
import { type CacheSource, type DecoratorSource, decoratorOptions } from './cache-source.ts';
import type { Arguments } from './call-options.ts';
import { checkEvictOptions, EvictCalls, type EvictOptions } from './evict-calls.ts';
import { type AnyFunction, type CacheMethodDecorator, methodDecorator, standIn } from './method-decorator.ts';

/**
 * Runs a function and then removes what it has made out of date: keys, tags, or all of a namespace, and every value and response
 * that was made from it. Nothing is removed when the function throws, unless `before` is set. Without a function it is
 * a decorator for methods that return promises. A cache that fails is an `error` event.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; a call rejects with what the function throws, and before it runs with `ERR_CACHE_KEY`
 * @example
 * const removeCity = cacheEvict(cache, { key: (id: number) => ['city', id], tags: ['cities'] }, (id) => db.removeCity(id));
 *
 * class Cities {
 *   @cacheEvict({ cache, tags: (city: City) => [`city:${city.id}`] })
 *   async rename(city: City, name: string): Promise<void> { await db.rename(city, name); }
 * }
 */
export function cacheEvict<This, Args extends Arguments, Result>(
  cache: CacheSource<This>,
  options: EvictOptions<Args, Result>,
  write: (this: This, ...args: Args) => Result | Promise<Result>,
): WrappedFunction<This, Args, Result>;
export function cacheEvict<Instance, Args extends Arguments = Arguments, Result = unknown>(
  options: DecoratorSource<Instance> & EvictOptions<Args, Result>,
): CacheMethodDecorator<NoInfer<Instance>, Args, Result>;
export function cacheEvict(
  first: CacheSource<never> | (DecoratorSource<never> & EvictOptions<never, never>),
  options?: EvictOptions<never, never>,
  write?: AnyFunction,
): unknown {
  if (options === undefined && write === undefined) {
    const { cache, ...rest } = decoratorOptions(first);
    checkEvictOptions(cache, rest);
    return methodDecorator('cacheEvict', (method) => new EvictCalls(cache, rest, method));
  }
  checkEvictOptions(first, options as EvictOptions<never, never>);
  if (typeof write !== 'function') throw invalidOption('write', write, 'a function');
  return standIn(write, new EvictCalls(first as CacheSource, options as EvictOptions<Arguments, unknown>, write));
}
