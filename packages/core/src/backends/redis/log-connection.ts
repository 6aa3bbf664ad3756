import { once } from 'node:events';
import { Command, type Redis, type RedisOptions } from 'ioredis';
import { isCluster, type RedisClient } from './client.ts';

/**
 * Settings of the connection of a log: it waits on purpose, so it has no timeouts of its own, and it is thrown away at
 * the first failure, so it never reconnects.
 */
const SETTINGS = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: null,
  reconnectOnError: null,
  sentinelRetryStrategy: () => null,
  commandTimeout: undefined,
  socketTimeout: undefined,
  connectTimeout: 2_000,
  enableAutoPipelining: false,
  lazyConnect: true,
  readOnly: false,
  // Answers of XREAD have another form in version 3 of the protocol.
  protocol: 2,
  replyMapping: 'legacy',
} satisfies RedisOptions;

/**
 * A connection of its own, not connected yet, to the server that has the log: the same as the client's; in a Cluster the master of the
 * log's slot, as soon as the client knows it.
 *
 * @throws when it is not known within so many milliseconds
 */
export async function connectionForLog(client: RedisClient, key: string, within: number): Promise<Redis> {
  if (!isCluster(client)) return client.duplicate(SETTINGS);
  if (client.status !== 'ready') await once(client, 'ready', { signal: AbortSignal.timeout(within) });
  const { keyPrefix = '' } = client.options;
  // Any command shows the client where the slot is now.
  await client.exists(key);
  const address = client.slots[new Command('get', [keyPrefix + key]).getSlot()]?.[0];
  const master = client.nodes('master').find(({ options: { host, port } }) => `${host}:${port}` === address);
  if (master === undefined) throw new Error('No master of the Redis Cluster has the invalidation log.');
  return master.duplicate({ ...SETTINGS, keyPrefix });
}
