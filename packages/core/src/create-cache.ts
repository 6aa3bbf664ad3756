import type { Backend, Store } from './backends/backend.ts';
import { memory } from './backends/memory.ts';
import { Cache } from './cache.ts';
import { type Clock, systemClock } from './clock.ts';
import { SingleFlight } from './coordination/single-flight.ts';
import { type Duration, toMilliseconds } from './duration.ts';
import type { Entry } from './entry.ts';
import { invalidOption, rejectUnknownOptions } from './errors.ts';
import { Events } from './events.ts';
import { InvalidationLog } from './invalidation/log.ts';
import type { ValueIsolation } from './isolation.ts';
import type { KeyFunction } from './key.ts';
import { resolveLifetime } from './lifetime-options.ts';
import { type Root, Space } from './space.ts';

/** Options of `createCache`. All are optional. */
export interface CacheOptions {
  /** Names the cache in a shared backend, in `Cache-Status` and in messages: letters, digits, `_`, `.`, `-`. Default: `'cache'`. */
  readonly name?: string;
  /** A part of every key in a backend that outlives this process: change it when values change their form. Default: `'1'`. */
  readonly version?: string;
  /**
   * Makes the key that is used of each key that a caller gives, those of locks and throttles included: to add a tenant, to fold upper and
   * lower case, to hash. Events tell the key as the caller gave it, `keys()` lists what this made. Default: none, and then it costs nothing.
   */
  readonly keyFunction?: KeyFunction;
  /** Where values are kept. Default: `memory()`. */
  readonly backend?: Backend;
  /** Default lifetime of values. Default: `'5m'`. */
  readonly ttl?: Duration;
  /** Default time past its ttl that a value is answered while it is refreshed. Default: 0. */
  readonly staleWhileRevalidate?: Duration;
  /** Default time past its ttl that a value is answered when loading fails. Default: 0. */
  readonly staleIfError?: Duration;
  /** How long a loader may take. Default: `'30s'`. */
  readonly loadTimeout?: Duration;
  /** How long an asynchronous backend may take for one call, before that is a miss or a dropped write. Default: `'1s'`. */
  readonly backendTimeout?: Duration;
  /** What protects stored values from being changed by callers. Default: `'frozen'`. */
  readonly values?: ValueIsolation;
  /** Where the time comes from, for tests. Default: the clock of the machine. */
  readonly clock?: Clock;
}

const OPTIONS = [
  'name',
  'version',
  'keyFunction',
  'backend',
  'ttl',
  'staleWhileRevalidate',
  'staleIfError',
  'loadTimeout',
  'backendTimeout',
  'values',
  'clock',
] satisfies (keyof CacheOptions)[];

const ISOLATIONS: readonly ValueIsolation[] = ['frozen', 'cloned', 'shared'];

/** Caches of one name in one backend hold the same entries, so they share what keeps these coherent. */
const sharedByStore = new WeakMap<Store, Pick<Root, 'log' | 'flights'>>();

/**
 * Makes a cache. Without options: in memory, bounded to 64 MiB and 50,000 values, each fresh for five minutes.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const cache = createCache({ ttl: '10m', staleIfError: '1h' });
 * const rates = await cache.getOrSet('rates', () => fetchRates());
 */
export function createCache(options: CacheOptions = {}): Cache {
  rejectUnknownOptions(options, OPTIONS);
  const name = options.name ?? 'cache';
  if (typeof name !== 'string' || !/^[A-Za-z][\w.-]*$/.test(name)) {
    throw invalidOption('name', name, 'a letter, then letters, digits, `_`, `.` or `-`');
  }
  const values = options.values ?? 'frozen';
  if (!ISOLATIONS.includes(values)) throw invalidOption('values', values, "'frozen', 'cloned' or 'shared'");
  const lifetime = resolveLifetime(options, { ttl: 300_000, staleWhileRevalidate: 0, staleIfError: 0 });
  const loadTimeout = toMilliseconds(options.loadTimeout ?? '30s', 'loadTimeout');
  const clock = options.clock ?? systemClock;
  if (typeof clock.now !== 'function' || typeof clock.after !== 'function') {
    throw invalidOption('clock', clock, 'an object with the functions `now` and `after`');
  }
  const backend = options.backend ?? memory();
  if (typeof backend.open !== 'function') throw invalidOption('backend', backend, 'a backend such as `memory()`');
  const version = options.version ?? '1';
  if (typeof version !== 'string' || !/^[\w.-]+$/.test(version)) {
    throw invalidOption('version', version, 'letters, digits, `_`, `.` or `-`');
  }
  const { keyFunction } = options;
  if (keyFunction !== undefined && typeof keyFunction !== 'function') {
    throw invalidOption('keyFunction', keyFunction, 'a function that makes a key of a key');
  }
  const events = new Events();
  const report = (operation: string, error: unknown): void => {
    if (events.heard.error) events.emit('error', { operation: `backend ${operation}`, error });
  };
  const store = backend.open({ name, version, clock, values, report });
  const shared = sharedByStore.get(store) ?? newlyShared(store, `${backend.kind}/${name}/${version}`);
  const backendTimeout = toMilliseconds(options.backendTimeout ?? '1s', 'backendTimeout');
  const root = { name, store, ...shared, keyFunction, clock, events, backendTimeout, blindLoads: new WeakMap() };
  return new Cache(new Space(root, []), { lifetime, loadTimeout, values }, () => backend.close());
}

function newlyShared(store: Store, id: string): Pick<Root, 'log' | 'flights'> {
  const shared = {
    log: new InvalidationLog(undefined, store.log, store.log && id),
    flights: new SingleFlight<Entry>(),
  };
  sharedByStore.set(store, shared);
  return shared;
}
