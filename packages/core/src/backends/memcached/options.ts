import type { Codec } from '../../codecs/codec.ts';
import { structuredCloneCodec } from '../../codecs/structured-clone.ts';
import { type Duration, toMilliseconds } from '../../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../../errors.ts';

/** Options of a memcached backend. All are optional. */
export interface MemcachedOptions {
  /** What all keys begin with: up to 30 letters, digits, `_`, `.`, `-`. Default: `'cache'`. */
  readonly prefix?: string;
  /** How values become bytes. Values of another codec are misses. Default: `structuredCloneCodec`. */
  readonly codec?: Codec;
  /** How long a command may take before the cache goes on without its answer. Default: `'250ms'`. */
  readonly timeout?: Duration;
  /**
   * How often this process looks for invalidations by others, which is how long it may go on answering what they invalidated or
   * cleared. Up to a second. Default: `'1s'`.
   */
  readonly pollInterval?: Duration;
  /**
   * Bytes of an item above which an entry is not stored; an entry takes four thirds of its encoded size. Not more than the server takes (its
   * option `-I`). Default: 1,000,000.
   */
  readonly maxItemBytes?: number;
}

/** The same, checked and complete; times in milliseconds. */
export interface Settings {
  readonly prefix: string;
  readonly codec: Codec;
  readonly timeout: number;
  readonly pollInterval: number;
  readonly maxItemBytes: number;
}

const OPTIONS = ['prefix', 'codec', 'timeout', 'pollInterval', 'maxItemBytes'] satisfies (keyof MemcachedOptions)[];

/** @throws CacheError `ERR_CACHE_OPTION` */
export function resolveSettings(options: MemcachedOptions): Settings {
  rejectUnknownOptions(options, OPTIONS);
  const { prefix = 'cache', codec = structuredCloneCodec, maxItemBytes = 1_000_000 } = options;
  if (typeof prefix !== 'string' || !/^[\w.-]{1,30}$/.test(prefix)) {
    throw invalidOption('prefix', prefix, '1 to 30 letters, digits, `_`, `.` or `-`');
  }
  if (typeof codec !== 'object' || codec === null || !/^[\x21-\x7e]{1,8}$/.test(codec.name)) {
    throw invalidOption('codec', codec, 'a codec with a name of 1 to 8 characters');
  }
  if (!Number.isSafeInteger(maxItemBytes) || maxItemBytes <= 0) {
    throw invalidOption('maxItemBytes', maxItemBytes, 'a whole number of bytes greater than 0');
  }
  return {
    prefix,
    codec,
    maxItemBytes,
    timeout: upTo(60_000, options.timeout ?? '250ms', 'timeout'),
    pollInterval: upTo(1_000, options.pollInterval ?? '1s', 'pollInterval'),
  };
}

function upTo(longest: number, duration: Duration, option: string): number {
  const milliseconds = toMilliseconds(duration, option);
  if (milliseconds > 0 && milliseconds <= longest) return milliseconds;
  throw invalidOption(option, duration, `more than 0 and up to ${longest} ms`);
}
