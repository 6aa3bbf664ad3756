import type { Cache } from '../../cache.ts';
import type { Loadable } from '../../loader.ts';
import type { Arguments } from '../call-options.ts';
import type { CachedReads, CachedRepository } from '../repository.ts';
import type { ReadSource, Source } from '../source.ts';
import { type RefreshedFunction, refreshedFunction, type RefreshedFunctionOptions } from './refreshed-function.ts';
import { type RefreshedItems, refreshedRepository, type RefreshedRepositoryOptions } from './refreshed-repository.ts';

/**
 * Answers what is there, fresh or stale; what is stale is loaded anew behind the reader's back, once, however many ask, in this process or by
 * workers in others. Only what is missing is waited for. Of a function it makes one with the same arguments, of a source a repository; writes of a source
 * are those of `writeThrough`.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; a call rejects with what loading throws if it has to be waited for
 * @example
 * const nearby = refreshBehind(cache, (latitude: number, longitude: number) => db.nearby(latitude, longitude), { name: 'nearby', ttl: '1h' });
 * await nearby(38.7, -9.1);
 * await nearby.invalidate(38.7, -9.1); // stale until it is refreshed
 *
 * const cities = refreshBehind(cache, { load: (id: number) => db.city(id) }, { name: 'city', ttl: '10m' });
 * await cities.get(5);
 */
export function refreshBehind<Args extends Arguments, Value extends Loadable>(
  cache: Cache,
  fetch: (...args: Args) => Value | Promise<Value>,
  options?: RefreshedFunctionOptions<Args, Value>,
): RefreshedFunction<Args, Value>;
export function refreshBehind<K, V>(
  cache: Cache,
  source: Source<K, V>,
  options: RefreshedRepositoryOptions<K, V>,
): CachedRepository<K, V> & RefreshedItems<K>;
export function refreshBehind<K, V>(
  cache: Cache,
  source: ReadSource<K, V>,
  options: RefreshedRepositoryOptions<K, V>,
): CachedReads<K, V> & RefreshedItems<K>;
export function refreshBehind(
  cache: Cache,
  source: ((...args: Arguments) => Loadable) | ReadSource<unknown, unknown>,
  options: object = {},
): unknown {
  return typeof source === 'function'
    ? refreshedFunction(cache, source, options)
    : refreshedRepository(cache, source, options);
}
