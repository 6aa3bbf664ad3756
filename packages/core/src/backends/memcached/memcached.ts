import { Memcache } from 'memcache';
import { invalidOption } from '../../errors.ts';
import type { Backend } from '../backend.ts';
import { Commands } from './commands.ts';
import { type MemcachedOptions, resolveSettings } from './options.ts';
import { MemcachedStore } from './store.ts';

export type { MemcachedOptions } from './options.ts';

/**
 * Keeps entries in memcached (1.6 or later), shared by all processes that use the same servers. A hit is one command; `swap`, and with it a load
 * that is stored, takes two round trips.
 *
 * - Invalidations travel through one item per cache that each process looks at every `pollInterval`: so long others may go on answering what was
 *   invalidated or cleared. A process that has not seen it for three seconds trusts nothing. When the item is lost, all entries are invalid.
 * - No call waits longer than `timeout`; after five failures in a row a server is asked once a second only. A
 *   command that was given up on is not sent later; what the server had received already it may still do when it wakes up.
 * - A key that memcached does not take is replaced by its hash. An entry larger than an item may be is not stored, and deletes what was there.
 * - Keys cannot be listed.
 *
 * @param servers `'host:port'`, several of them, or a client of the package `memcache` that you made and close
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const cache = createCache({ backend: memcached('localhost:11211', { prefix: 'shop' }) });
 */
export function memcached(servers: string | readonly string[] | Memcache, options: MemcachedOptions = {}): Backend {
  const settings = resolveSettings(options);
  const own = servers instanceof Memcache ? undefined : connectTo(servers);
  const client = own ?? (servers as Memcache);
  const commands = new Commands(client, settings.timeout);
  const stores = new Map<string, MemcachedStore>();
  let closed = false;
  return {
    kind: 'memcached',
    open(context) {
      const id = JSON.stringify([context.name, context.version]);
      const store = stores.get(id) ?? new MemcachedStore(commands, settings, context);
      stores.set(id, store);
      if (closed) store.close();
      return store;
    },
    async close() {
      closed = true;
      commands.close();
      for (const store of stores.values()) store.close();
      await Promise.all((own?.nodes ?? []).map((node) => node.disconnect()));
    },
  };
}

function connectTo(servers: string | readonly string[]): Memcache {
  const nodes: readonly unknown[] = typeof servers === 'string' ? [servers] : Array.from(servers ?? []);
  const names = nodes.filter((node): node is string => typeof node === 'string' && node !== '');
  if (names.length === 0 || names.length < nodes.length) {
    throw invalidOption('servers', servers, "'host:port', a list of them, or a client of the package `memcache`");
  }
  const client = new Memcache({ nodes: names });
  // Failures show in each call.
  client.on('error', () => {});
  return client;
}
