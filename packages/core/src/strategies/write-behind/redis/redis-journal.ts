import { connectTo, isClient, type RedisClient, type RedisConnection } from '../../../backends/redis/client.ts';
import { Connection } from '../../../backends/redis/connection.ts';
import type { Codec } from '../../../codecs/codec.ts';
import { structuredCloneCodec } from '../../../codecs/structured-clone.ts';
import { type Duration, toMilliseconds } from '../../../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../../../errors.ts';
import type { Journal } from '../journal.ts';
import { RedisQueue } from './redis-queue.ts';

/** Options of a journal in Redis. All are optional. */
export interface RedisJournalOptions {
  /** What all keys begin with: letters, digits, `_`, `.`, `-`. Default: `'write-behind'`. */
  readonly prefix?: string;
  /** How keys and values become bytes; the same in all processes. Default: structured clone. */
  readonly codec?: Codec;
  /** How long Redis may take before a write is refused. Default: `'1s'`. */
  readonly timeout?: Duration;
  /** How long a process may be silent before others take over the writes that it was about to do. Default: `'15s'`. */
  readonly takeOverAfter?: Duration;
}

const OPTIONS = ['prefix', 'codec', 'timeout', 'takeOverAfter'] satisfies (keyof RedisJournalOptions)[];

/**
 * Keeps writes in Redis (6.2 or later) or Valkey until they are in the database, for several processes that write the same keys: in a stream
 * with a consumer group, so that each key is written by one process at a time, and what a dead one has left by another.
 *
 * Acknowledged means that Redis has it. How much of that survives the death of Redis itself is up to its persistence (`appendonly yes`, with
 * `appendfsync always` all of it); it must not evict (`maxmemory-policy noeviction`).
 *
 * @param client a client of ioredis that you made and close, or where Redis is: then the journal makes its own, and closes it
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const visits = writeBehind(cache, source, { name: 'visits', journal: redisJournal('redis://localhost:6379') });
 */
export function redisJournal(client: RedisClient | RedisConnection, options: RedisJournalOptions = {}): Journal {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', options, 'an object');
  rejectUnknownOptions(options, OPTIONS);
  const { prefix = 'write-behind', codec = structuredCloneCodec } = options;
  if (typeof prefix !== 'string' || !/^[\w.-]+$/.test(prefix)) {
    throw invalidOption('prefix', prefix, 'letters, digits, `_`, `.` or `-`');
  }
  if (typeof codec !== 'object' || codec === null || typeof codec.encode !== 'function') {
    throw invalidOption('codec', codec, 'a codec');
  }
  const timeout = limited(options.timeout ?? '1s', 'timeout');
  const takeOverAfter = limited(options.takeOverAfter ?? '15s', 'takeOverAfter');
  return {
    kind: 'redis',
    open(context) {
      const own = isClient(client) ? undefined : connectTo(client, timeout);
      // Failures show in each call; without a listener ioredis would print them.
      own?.on('error', () => {});
      const connection = new Connection(own ?? (client as RedisClient), timeout);
      const close = (): void => {
        connection.close();
        own?.disconnect();
      };
      const base = `${prefix}:{${context.name}}`;
      return new RedisQueue({ connection, base, codec, takeOverAfter, close }, context);
    },
  };
}

function limited(duration: Duration, option: string): number {
  const milliseconds = toMilliseconds(duration, option);
  if (milliseconds > 0 && milliseconds <= 3_600_000) return milliseconds;
  throw invalidOption(option, duration, 'more than 0 and up to an hour');
}
