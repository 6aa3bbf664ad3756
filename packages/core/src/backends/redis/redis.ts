import type { Backend } from '../backend.ts';
import { connectTo, isClient, type RedisClient, type RedisConnection, warnOfUnsafeSettings } from './client.ts';
import { Connection } from './connection.ts';
import { type RedisBackendOptions, resolveSettings } from './options.ts';
import { RedisStore } from './store.ts';

/**
 * Keeps entries in Redis (5 or later) or Valkey, shared by all processes that use the same server: single, behind
 * Sentinel, or a Cluster. A hit is one command, with and without tags; so is a write.
 *
 * - Invalidations travel through a stream, one per cache, which each process follows on a connection of its own. While it is cut off from it for
 *   more than three seconds, every read is a miss. A server that starts anew or a replica that takes over may have lost invalidations: then all
 *   entries are invalid at once.
 * - No call waits longer than `timeout`; after five failures in a row the server is asked once a second only. A write that was
 *   given up on does not take effect later: it carries its deadline in the time of the server, learnt from its answers.
 * - A deleted entry leaves a mark of 60 seconds, so that a load that began before is not stored; Redis must not evict it earlier (keep
 *   `maxmemory-policy` away from `allkeys-random`, and give the server enough memory).
 *
 * @param client a client of ioredis that you made and close (a warning names its unsafe settings), or where Redis is:
 *   then the backend makes its own client, with safe settings, and closes it
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const cache = createCache({ backend: redis('redis://localhost:6379', { prefix: 'shop' }) });
 * @example
 * const backend = redis({ nodes: [{ host: '10.0.0.1', port: 6379 }] }); // Cluster
 * @example
 * const backend = redis({ sentinels: [{ host: '10.0.0.1', port: 26379 }], name: 'main' });
 */
export function redis(client: RedisClient | RedisConnection, options: RedisBackendOptions = {}): Backend {
  const settings = resolveSettings(options);
  const own = isClient(client) ? undefined : connectTo(client, settings.timeout);
  // Failures show in each call; without a listener ioredis would print them.
  own?.on('error', () => {});
  if (isClient(client)) warnOfUnsafeSettings(client);
  const connection = new Connection(isClient(client) ? client : (own as RedisClient), settings.timeout);
  const stores = new Map<string, RedisStore>();
  let closed = false;
  return {
    kind: 'redis',
    open(context) {
      const id = JSON.stringify([context.name, context.version]);
      const store = stores.get(id) ?? new RedisStore(connection, settings, context);
      stores.set(id, store);
      if (closed) store.close();
      return store;
    },
    close() {
      closed = true;
      for (const store of stores.values()) store.close();
      connection.close();
      own?.disconnect();
    },
  };
}
