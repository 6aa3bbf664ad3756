import type { RedisClient, RedisConnection } from '../../backends/redis/client.ts';
import { resolveSettings } from '../../backends/redis/options.ts';
import type { Duration } from '../../duration.ts';
import { rejectUnknownOptions } from '../../errors.ts';
import type { Collections, CollectionsOptions } from '../collections.ts';
import { ItemCodec } from '../item-codec.ts';
import { maxLengthOf } from '../options.ts';
import { StoredDeque } from '../stored-deque.ts';
import { StoredIndex } from '../stored-index.ts';
import { OpenConnection } from '../../backends/redis/open-connection.ts';
import { RedisDeque } from './redis-deque.ts';
import { RedisIndex } from './redis-index.ts';

export type { ClusterConnection, RedisClient, RedisConnection } from '../../backends/redis/client.ts';
export type {
  Collections,
  CollectionsOptions,
  Deque,
  DequeOptions,
  Index,
  PushOptions,
  Side,
  SideOption,
  WalkOptions,
} from '../collections.ts';

/** Options of collections in Redis. */
export interface RedisCollectionsOptions extends CollectionsOptions {
  /** What all keys begin with: letters, digits, `_`, `.`, `-`. Default: `'collections'`. */
  readonly prefix?: string;
  /** How long a command may take before it fails. A write that was given up on does not take effect later. Default: `'1s'`. */
  readonly timeout?: Duration;
}

/**
 * Deques and indexes in Redis (5 or later) or Valkey, shared by all who use the same server and prefix. In a Cluster each lies on one node. They last
 * as long as Redis keeps them: set `maxmemory-policy` to `noeviction` or `volatile-*`, and persistence as you need it.
 *
 * @param client a client of ioredis that you made and close, or where Redis is, as for `redis()`
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const collections = redisCollections('redis://localhost:6379', { prefix: 'crawl' });
 * const urls = collections.deque<string>('urls');
 */
export function redisCollections(
  client: RedisClient | RedisConnection,
  options: RedisCollectionsOptions = {},
): Collections {
  rejectUnknownOptions(options, ['prefix', 'timeout', 'codec']);
  const { codec, timeout = '1s', prefix = 'collections' } = options;
  const settings = resolveSettings({ prefix, timeout });
  const connection = new OpenConnection(client, settings.timeout);
  const keyOf = (kind: string, name: string): string => `${prefix}:${kind}:{${encodeURIComponent(name)}}`;
  return {
    deque: (name, dequeOptions = {}) => {
      const items = new ItemCodec(codec, name);
      return new StoredDeque(new RedisDeque(connection, keyOf('deque', name), maxLengthOf(dequeOptions)), items);
    },
    index: (name) => {
      const values = new ItemCodec(codec, name);
      return new StoredIndex(new RedisIndex(connection, keyOf('index', name)), values);
    },
    async close() {
      connection.close();
    },
  };
}
