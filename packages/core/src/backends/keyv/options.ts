import type { Codec } from '../../codecs/codec.ts';
import { structuredCloneCodec } from '../../codecs/structured-clone.ts';
import { type Duration, toMilliseconds } from '../../duration.ts';
import { invalidOption, rejectUnknownOptions } from '../../errors.ts';

/** Options of a Keyv backend. All are optional. */
export interface KeyvBackendOptions {
  /** What all keys begin with: up to 30 letters, digits, `_`, `.`, `-`. Default: `'cache'`. */
  readonly prefix?: string;
  /** How values become bytes. Default: `structuredCloneCodec`. */
  readonly codec?: Codec;
  /** How long a call may take before the cache goes on without its answer: up to a minute. Default: `'500ms'`. */
  readonly timeout?: Duration;
  /** The longest that an entry is kept, whatever its lifetime, so that what a process leaves behind goes away. Default: `'1d'`. */
  readonly maxTtl?: Duration;
}

/** The same, checked and complete; times in milliseconds. */
export interface Settings {
  readonly prefix: string;
  readonly codec: Codec;
  readonly timeout: number;
  readonly maxTtl: number;
}

const OPTIONS = ['prefix', 'codec', 'timeout', 'maxTtl'] satisfies (keyof KeyvBackendOptions)[];

/** @throws CacheError `ERR_CACHE_OPTION` */
export function resolveSettings(options: KeyvBackendOptions): Settings {
  rejectUnknownOptions(options, OPTIONS);
  const { prefix = 'cache', codec = structuredCloneCodec } = options;
  if (typeof prefix !== 'string' || !/^[\w.-]{1,30}$/.test(prefix)) {
    throw invalidOption('prefix', prefix, '1 to 30 letters, digits, `_`, `.` or `-`');
  }
  if (typeof codec !== 'object' || codec === null || !/^[\x21-\x7e]{1,8}$/.test(codec.name)) {
    throw invalidOption('codec', codec, 'a codec with a name of 1 to 8 characters');
  }
  const timeout = toMilliseconds(options.timeout ?? '500ms', 'timeout');
  if (timeout <= 0 || timeout > 60_000)
    throw invalidOption('timeout', options.timeout, 'more than 0 and up to 60000 ms');
  const maxTtl = toMilliseconds(options.maxTtl ?? '1d', 'maxTtl');
  if (maxTtl <= 0) throw invalidOption('maxTtl', options.maxTtl, 'more than 0');
  return { prefix, codec, timeout, maxTtl };
}
