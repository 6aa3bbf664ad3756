import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { invalidOption } from '../../errors.ts';

/** A client of ioredis. */
export type RedisClient = Redis | Cluster;

/** Where a Redis Cluster is: some of its nodes, and ioredis' options for it. */
export interface ClusterConnection {
  readonly nodes: readonly ClusterNode[];
  readonly options?: ClusterOptions;
}

/** Where Redis is: a URL (`redis://` or `rediss://`), options of ioredis (a host, a socket, sentinels), or a Cluster. */
export type RedisConnection = string | RedisOptions | ClusterConnection;

/** Longest wait before the next attempt to connect, in milliseconds. */
const LONGEST_PAUSE = 1_000;

const retryStrategy = (times: number): number => Math.min(50 * times, LONGEST_PAUSE);

/** Settings without which a client queues without bound, waits for ever, or sends a command after it was given up on. */
function safeOptions(timeout: number) {
  return {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // Each command has a deadline of ours, so `commandTimeout` would be a second timer. This one is later: the answer of a
    // slow server still says that it lives.
    socketTimeout: Math.max(2_000, 2 * timeout),
    connectTimeout: 2_000,
    retryStrategy,
    // A host name that leads to another master after a failover.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
}

export function isClient(given: RedisClient | RedisConnection): given is RedisClient {
  return typeof (given as { duplicate?: unknown } | null | undefined)?.duplicate === 'function';
}

export function isCluster(client: RedisClient): client is Cluster {
  return client.isCluster;
}

/** A client of our own, with safe settings; those that the user gives come first. @throws CacheError `ERR_CACHE_OPTION` */
export function connectTo(connection: RedisConnection, timeout: number): RedisClient {
  const safe = safeOptions(timeout);
  if (typeof connection === 'string') return new Redis(connection, safe satisfies RedisOptions);
  if (typeof connection !== 'object' || connection === null) {
    throw invalidOption('client', connection, 'a client of ioredis, a URL, or options of ioredis');
  }
  if (!('nodes' in connection)) {
    const sentinel = { failoverDetector: true, sentinelRetryStrategy: retryStrategy, sentinelCommandTimeout: 1_000 };
    const behindSentinel = connection.sentinels !== undefined && sentinel;
    return new Redis({ ...safe, ...behindSentinel, ...connection, replyMapping: 'legacy' });
  }
  const { retryStrategy: _, enableOfflineQueue: __, ...nodes } = safe;
  return new Cluster([...connection.nodes], {
    enableOfflineQueue: false,
    clusterRetryStrategy: retryStrategy,
    slotsRefreshTimeout: 2_000,
    maxRedirections: 5,
    ...connection.options,
    redisOptions: { ...nodes, ...connection.options?.redisOptions, replyMapping: 'legacy' },
  });
}

const warned = new WeakSet<RedisClient>();

/** Warns once of the settings of a client that make it unsafe under a cache. */
export function warnOfUnsafeSettings(client: RedisClient): void {
  const unsafe = unsafeSettings(client);
  if (unsafe.length === 0 || warned.has(client)) return;
  warned.add(client);
  process.emitWarning(`The ioredis client given to redis() has unsafe settings: ${unsafe.join('; ')}.`, {
    type: 'CacheWarning',
    code: 'CACHE_REDIS_CLIENT',
  });
}

/** Each unsafe setting, with what it leads to. */
export function unsafeSettings(client: RedisClient): string[] {
  const cluster = isCluster(client) ? client.options : undefined;
  const options: RedisOptions = isCluster(client) ? { ...client.options.redisOptions } : client.options;
  const queues = (cluster ?? options).enableOfflineQueue !== false;
  const retries = options.maxRetriesPerRequest;
  const found: (string | false)[] = [
    queues && 'enableOfflineQueue is not false (commands wait in a queue without bound)',
    !cluster &&
      (retries === null || (retries ?? 20) > 3) &&
      'maxRetriesPerRequest is over 3 (commands wait for many reconnects)',
    !positive(options.socketTimeout) && 'socketTimeout is not set (a silent connection is kept)',
    options.autoResendUnfulfilledCommands !== false &&
      'autoResendUnfulfilledCommands is not false (old commands are sent again)',
    options.connectTimeout === 0 && 'connectTimeout is 0 (connecting waits for ever)',
    cluster?.scaleReads !== undefined &&
      cluster.scaleReads !== 'master' &&
      'scaleReads is not "master" (replicas answer with older values)',
    options.role === 'slave' && 'role is "slave" (a replica takes no writes)',
    (cluster ?? options).enableAutoPipelining === true &&
      'enableAutoPipelining is true (slower, and one slow command holds back all)',
  ];
  return found.filter((setting) => setting !== false);
}

function positive(milliseconds: number | undefined): boolean {
  return milliseconds !== undefined && milliseconds > 0;
}
