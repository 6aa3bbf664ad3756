import { invalidOption } from '../../errors.ts';
import type { Backend } from '../backend.ts';
import { type KeyvInstance, Items } from './items.ts';
import { KeyvEntries } from './keyv-entries.ts';
import { type KeyvBackendOptions, resolveSettings } from './options.ts';

export type { KeyvInstance } from './items.ts';
export type { KeyvBackendOptions } from './options.ts';

/**
 * Keeps entries in whatever a Keyv keeps them in, for this process alone: no other one sees them, nor does this one after a restart. Keyv cannot
 * replace a value only if it is still the same, so processes could not agree on what was invalidated; `redis()`, `sqlite()` and
 * `memcached()` can. Within the process everything is atomic.
 *
 * - Keys are hashed and entries are base64 texts, which every store of Keyv takes. Keys cannot be listed.
 * - No call waits longer than `timeout`, and after five failures in a row the Keyv is asked once a second only. A write that failed or was given
 *   up on is never read, should it take effect later.
 * - What was cleared, or left behind by a process that ended, stays until its time in the Keyv is over: `maxTtl`.
 *
 * @param instance a Keyv 5 or 6 that you made, with any store: `new Keyv(store)`. It stays connected
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const cache = createCache({ backend: keyv(new Keyv(new KeyvMongo(url))) });
 */
export function keyv(instance: KeyvInstance, options: KeyvBackendOptions = {}): Backend {
  const settings = resolveSettings(options);
  if (!isKeyv(instance)) throw invalidOption('instance', instance, 'a Keyv: `new Keyv(store)`');
  const items = new Items(instance, settings.timeout);
  const stores = new Map<string, KeyvEntries>();
  return {
    kind: 'keyv',
    open(context) {
      const id = JSON.stringify([context.name, context.version]);
      const store = stores.get(id) ?? new KeyvEntries(items, settings, context);
      stores.set(id, store);
      return store;
    },
    close() {
      items.close();
      stores.clear();
    },
  };
}

/** Stores of Keyv are refused: those of version 6 understand times differently from those of version 5, which only Keyv itself sorts out. */
function isKeyv(instance: unknown): boolean {
  if (typeof instance !== 'object' || instance === null || !('stats' in instance)) return false;
  const methods = instance as Record<string, unknown>;
  return ['getRaw', 'getMany', 'set', 'on', 'off'].every((name) => typeof methods[name] === 'function');
}
