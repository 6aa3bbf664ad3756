/**
 * Stable codes of the errors that this library throws.
 *
 * - `ERR_CACHE_OPTION`: an option has a value that is not allowed.
 * - `ERR_CACHE_KEY`: a key is neither a string nor a tuple of primitives, or too long.
 * - `ERR_CACHE_VALUE`: a value cannot be stored: `undefined`, too large, or nothing that the cache can copy or encode.
 * - `ERR_CACHE_LOAD_TIMEOUT`: a loader did not end within `loadTimeout`.
 * - `ERR_CACHE_CLOSED`: the cache was closed while a loader ran.
 * - `ERR_CACHE_CONTENTION`: a key was changed by others again and again, so that an update found no turn.
 * - `ERR_CACHE_BACKEND`: the backend could not do what has no answer without it, such as counting or locking.
 * - `ERR_CACHE_LOCKED`: a lock was not free within the time given.
 * - `ERR_CACHE_LIMIT`: a throttle is used up for now.
 * - `ERR_CACHE_WRITE`: some of several writes to a source were not done; `failures` of a `PartialWriteError` tells which and why.
 * - `ERR_CACHE_BACKLOG`: more writes wait for the database than may, and there was no room for another in time.
 * - `ERR_CACHE_PLACE`: something stands where it cannot work, such as a response cache on a handler that answers no HTTP request.
 * - `ERR_CACHE_SENSITIVE`: a cached fragment reads what belongs to one user or one answer.
 * - `ERR_CACHE_HOLE`: a hole of a stored page was not filled in time or not with text, or is in a page that cannot be filled.
 */
export type CacheErrorCode =
  | 'ERR_CACHE_OPTION'
  | 'ERR_CACHE_KEY'
  | 'ERR_CACHE_VALUE'
  | 'ERR_CACHE_LOAD_TIMEOUT'
  | 'ERR_CACHE_CLOSED'
  | 'ERR_CACHE_CONTENTION'
  | 'ERR_CACHE_BACKEND'
  | 'ERR_CACHE_LOCKED'
  | 'ERR_CACHE_LIMIT'
  | 'ERR_CACHE_WRITE'
  | 'ERR_CACHE_BACKLOG'
  | 'ERR_CACHE_PLACE'
  | 'ERR_CACHE_SENSITIVE'
  | 'ERR_CACHE_HOLE';

/**
 * The one error class of this library; tell its cases apart by `code`, which never changes between releases.
 *
 * @example
 * try {
 *   await cache.set('greeting', 'hello', { ttl: -1 });
 * } catch (error) {
 *   if (error instanceof CacheError && error.code === 'ERR_CACHE_OPTION') console.log(error.option); // 'ttl'
 * }
 */
export class CacheError extends Error {
  override readonly name = 'CacheError';
  readonly code: CacheErrorCode;
  /** The option at fault, for `ERR_CACHE_OPTION`. */
  readonly option: string | undefined;

  constructor(code: CacheErrorCode, message: string, option?: string) {
    super(message);
    this.code = code;
    this.option = option;
  }
}

/** The error for an option: names the option, shows what was given and says what is allowed. */
export function invalidOption(option: string, given: unknown, allowed: string): CacheError {
  return new CacheError('ERR_CACHE_OPTION', `Option \`${option}\` is ${show(given)}; allowed: ${allowed}.`, option);
}

/** Whether a store works and refused what it was given: a value that it cannot represent or that is too large. */
export function isRefusal(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'ERR_CACHE_VALUE';
}

/** Throws for the first property of `options` that is not in `known`. */
export function rejectUnknownOptions(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new CacheError('ERR_CACHE_OPTION', `Unknown option \`${name}\`; allowed: ${known.join(', ')}.`, name);
    }
  }
}

/** A short text for an error message; never throws, whatever the value. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'function' ? 'a function' : `a value of type ${typeof value}`;
}
