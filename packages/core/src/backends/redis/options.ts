import type { Codec } from '../../codecs/codec.ts';
import { compressed } from '../../codecs/compressed.ts';
import { structuredCloneCodec } from '../../codecs/structured-clone.ts';
import { type Duration, toMilliseconds } from '../../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../../errors.ts';

/** Options of a Redis backend. All are optional. */
export interface RedisBackendOptions {
  /** What all keys begin with: letters, digits, `_`, `.`, `-`. Default: `'cache'`. */
  readonly prefix?: string;
  /** How values become bytes. Values of another codec are misses. Default: `structuredCloneCodec`. */
  readonly codec?: Codec;
  /**
   * Bytes of an encoded value above which it is compressed, if that saves a tenth: `compressed` around the codec. Every
   * reader can read compressed values, whatever its own setting. `Infinity`: never. Default: 16 KiB (16,384).
   */
  readonly compressAbove?: number;
  /**
   * How long a command may take before the cache goes on without its answer. A write that was given up on does not take
   * effect later. Default: `'250ms'`.
   */
  readonly timeout?: Duration;
  /** Bytes of an encoded value, before compression, above which it is refused. Default: 8 MiB (8,388,608). */
  readonly maxValueBytes?: number;
}

/** The same, checked and complete. */
export interface Settings {
  readonly prefix: string;
  /** Compression included. */
  readonly codec: Codec;
  /** In milliseconds. */
  readonly timeout: number;
  readonly maxValueBytes: number;
}

const OPTIONS = [
  'prefix',
  'codec',
  'compressAbove',
  'timeout',
  'maxValueBytes',
] satisfies (keyof RedisBackendOptions)[];

/** @throws CacheError `ERR_CACHE_OPTION` */
export function resolveSettings(options: RedisBackendOptions): Settings {
  rejectUnknownOptions(options, OPTIONS);
  const { prefix = 'cache', codec = structuredCloneCodec, compressAbove = 16_384, maxValueBytes = 8_388_608 } = options;
  if (typeof prefix !== 'string' || !/^[\w.-]+$/.test(prefix)) {
    throw invalidOption('prefix', prefix, 'letters, digits, `_`, `.` or `-`');
  }
  if (typeof codec !== 'object' || !/^[\x21-\x7e]{1,8}$/.test(codec.name)) {
    throw invalidOption('codec', codec, 'a codec with a name of 1 to 8 characters');
  }
  if (typeof compressAbove !== 'number' || !(compressAbove >= 0)) {
    throw invalidOption('compressAbove', compressAbove, 'bytes, 0 or more, or `Infinity`');
  }
  if (!Number.isSafeInteger(maxValueBytes) || maxValueBytes <= 0) {
    throw invalidOption('maxValueBytes', maxValueBytes, 'a whole number of bytes greater than 0');
  }
  const timeout = toMilliseconds(options.timeout ?? '250ms', 'timeout');
  if (!(timeout > 0 && timeout <= 60_000)) throw invalidOption('timeout', timeout, 'more than 0 and up to a minute');
  return {
    prefix,
    codec: compressed(codec, { above: compressAbove, maxBytes: maxValueBytes }),
    timeout,
    maxValueBytes,
  };
}
