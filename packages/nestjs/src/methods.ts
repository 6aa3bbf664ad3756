import {
  type Arguments,
  type Cache,
  cached,
  CacheError,
  type CachedOptions,
  type CachedOptionsWithUnless,
  cacheEvict,
  cachePut,
  type EvictOptions,
  type CacheMethodDecorator,
  type PutOptions,
} from '@cache/core';
import { Inject } from '@nestjs/common';
import { cacheToken, DEFAULT_CACHE } from './tokens.ts';

/** Which cache a method uses. */
export interface NamedCache {
  /** A cache of `CacheModule`. Default: `'default'`. */
  readonly cache?: string;
}

/** Everything but `undefined`, which cannot be stored. */
type Storable = NonNullable<unknown> | null;

/**
 * Caches the results of a method of any provider, that returns promises: simultaneous calls with the same key share one, what throws is not
 * stored, `null` is a value. Without `key` the key is `Class.method` and the arguments, if they are plain data. Tags and lifetimes of what the
 * method reads from a cache rise to its result, and from there to the page that shows it.
 *
 * @throws CacheError `ERR_CACHE_OPTION`; a call rejects with what the method throws, with `ERR_CACHE_KEY` for arguments that are no plain data,
 *   with `ERR_CACHE_PLACE` on an instance that Nest did not inject a cache into
 * @example
 * @Injectable()
 * export class Cities {
 *   @Cached({ key: (id: number) => ['city', id], ttl: '10m', tags: (id) => [`city:${id}`] })
 *   async find(id: number): Promise<City | null> { return db.city(id); }
 * }
 */
export function Cached<Args extends Arguments = Arguments, Result = unknown>(
  options: NamedCache & CachedOptionsWithUnless<Args, Result>,
): CacheMethodDecorator<object, Args, Result>;
export function Cached<Args extends Arguments = Arguments, Result extends Storable = Storable>(
  options?: NamedCache & CachedOptions<Args, Result>,
): CacheMethodDecorator<object, Args, Result>;
export function Cached(options: NamedCache & CachedOptions<Arguments, unknown> = {}): unknown {
  return injecting('@Cached()', options, (found) => cached(found as never));
}

/**
 * Runs a method of any provider each time and stores its result. What was stored before goes in any case, and so does every value and
 * response that was made from it. Nothing is done when the method throws.
 *
 * @throws CacheError as `Cached`
 * @example
 * @CachePut({ key: (city: City) => ['city', city.id], ttl: '10m' })
 * async save(city: City): Promise<City> { return db.save(city); }
 */
export function CachePut<Args extends Arguments = Arguments, Result = unknown>(
  options: NamedCache & PutOptions<Args, Result>,
): CacheMethodDecorator<object, Args, Result> {
  return injecting('@CachePut()', options, (found) => cachePut(found)) as CacheMethodDecorator<object, Args, Result>;
}

/**
 * Removes what a method of any provider makes wrong, once it has succeeded: keys, tags, or all of the cache.
 *
 * @throws CacheError as `Cached`
 * @example
 * @CacheEvict({ key: (id: number) => ['city', id], tags: ['cities'] })
 * async remove(id: number): Promise<void> { await db.remove(id); }
 */
export function CacheEvict<Args extends Arguments = Arguments, Result = unknown>(
  options: NamedCache & EvictOptions<Args, Result>,
): CacheMethodDecorator<object, Args, Result> {
  return injecting('@CacheEvict()', options, (found) => cacheEvict(found)) as CacheMethodDecorator<
    object,
    Args,
    Result
  >;
}

/** A decorator that has Nest inject the cache into each instance, beside what its class declares. */
function injecting<Options extends NamedCache>(
  decorator: string,
  options: Options,
  decorate: (options: Omit<Options, 'cache'> & { readonly cache: (instance: object) => Cache }) => unknown,
): (target: object, name: string | symbol, descriptor: PropertyDescriptor) => void {
  const { cache = DEFAULT_CACHE, ...rest } = options;
  const property = Symbol(cacheToken(cache));
  return (target, name, descriptor) => {
    Inject(cacheToken(cache))(target, property);
    const find = (instance: object): Cache => {
      const injected = (instance as Record<symbol, Cache | undefined>)[property];
      if (injected !== undefined) return injected;
      const method = `${target.constructor.name}.${String(name)}`;
      throw new CacheError(
        'ERR_CACHE_PLACE',
        `${decorator} on ${method} has no cache, because Nest did not make this instance; allowed: a class that is a provider or a controller.`,
      );
    };
    const legacy = decorate({ ...rest, cache: find }) as typeof Reflect.apply;
    Reflect.apply(legacy, undefined, [target, name, descriptor]);
  };
}
