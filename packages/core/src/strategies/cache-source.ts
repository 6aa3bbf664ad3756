import { Cache } from '../cache.ts';
import type { Caches } from '../create-caches.ts';
import { CacheError, invalidOption } from '../errors.ts';

/**
 * Where a cached function finds its cache: the cache itself, the name of one that `registerCaches` has set, or a function that is
 * called with the `this` of each call.
 */
export type CacheSource<Instance = unknown> = Cache | string | ((instance: Instance) => Cache);

/** Where a decorated method finds its cache. */
export interface DecoratorSource<Instance> {
  /** A cache, the name of one that `registerCaches` has set, or a function that returns one for an instance. */
  readonly cache: CacheSource<Instance>;
}

const registered = new Map<string, Cache>();

/**
 * Sets the caches that `cached`, `cachePut` and `cacheEvict` find by name, also those that were decorated earlier. The same
 * name set again means the new cache.
 *
 * @returns a function that takes back what is still set of them
 * @example
 * registerCaches(createCaches({ default: {}, cities: { ttl: '1h' } }));
 * class Cities {
 *   @cached({ cache: 'cities', key: (id: number) => ['city', id] })
 *   find(id: number): Promise<City> { return db.city(id); }
 * }
 */
export function registerCaches(caches: Caches<string>): () => void {
  const given = caches.names.map((name) => [name, caches.get(name)] as const);
  for (const [name, cache] of given) registered.set(name, cache);
  return () => {
    for (const [name, cache] of given) if (registered.get(name) === cache) registered.delete(name);
  };
}

/** Checks a source without asking it. @throws CacheError `ERR_CACHE_OPTION` */
export function checkSource(source: unknown): void {
  if (source instanceof Cache || typeof source === 'function' || (typeof source === 'string' && source !== '')) return;
  throw invalidOption('cache', source, 'a cache, the name of a registered one, or a function that returns one');
}

/** The cache for a call. @throws CacheError `ERR_CACHE_OPTION` */
export function cacheFrom<Instance>(source: CacheSource<Instance>, instance: Instance): Cache {
  if (source instanceof Cache) return source;
  if (typeof source === 'string') return cacheNamed(source);
  const found: unknown = source(instance);
  if (found instanceof Cache) return found;
  throw invalidOption('cache', found, 'a function that returns a cache');
}

function cacheNamed(name: string): Cache {
  const found = registered.get(name);
  if (found !== undefined) return found;
  const names = [...registered.keys()].join(', ');
  const message = `No cache named ${JSON.stringify(name)} is registered; allowed: ${names === '' ? 'none yet (`registerCaches`)' : names}.`;
  throw new CacheError('ERR_CACHE_OPTION', message, 'cache');
}

/** The options of a decorator. @throws CacheError `ERR_CACHE_OPTION` for what is no object */
export function decoratorOptions(given: unknown): DecoratorSource<unknown> {
  if (typeof given === 'object' && given !== null && !(given instanceof Cache))
    return given as DecoratorSource<unknown>;
  throw invalidOption('options', given, 'an object with a `cache`; for a function: cache, options, function');
}
