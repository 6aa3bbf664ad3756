import type { Codec } from '../codecs/codec.ts';
import { encodeValue } from '../codecs/encode-value.ts';
import { structuredCloneCodec } from '../codecs/structured-clone.ts';
import type { Entry } from '../entry.ts';
import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { Backend, Store, StoreCapabilities } from './backend.ts';
import { OneByOne } from './one-by-one.ts';

/** Options of `none`. */
export interface NoneOptions {
  /**
   * Encodes what would be stored, so that a value which the backend of production refuses is refused in development too.
   * Default: `structuredCloneCodec`, as in the other backends.
   */
  readonly codec?: Codec;
}

/**
 * Stores nothing: every read is a miss, so each value is made anew. For development, and to see what a page costs without its cache.
 * Options, keys and values are checked as everywhere else: a value that the codec cannot encode is refused.
 *
 * A counter never gets beyond its first value, and a lock is free for everybody.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const cache = createCache({ backend: production ? redis(url) : none() });
 */
export function none(options: NoneOptions = {}): Backend {
  rejectUnknownOptions(options, ['codec']);
  const { codec = structuredCloneCodec } = options;
  if (typeof codec !== 'object' || codec === null || typeof codec.encode !== 'function') {
    throw invalidOption('codec', codec, 'a codec such as `jsonCodec`');
  }
  const stores = new Map<string, NoStore>();
  return {
    kind: 'none',
    open({ name, version }) {
      const id = JSON.stringify([name, version]);
      const store = stores.get(id) ?? new NoStore(codec);
      stores.set(id, store);
      return store;
    },
    close() {},
  };
}

class NoStore extends OneByOne implements Store {
  readonly capabilities: StoreCapabilities = { atomic: false, shared: false, persistent: false };
  readonly #codec: Codec;

  constructor(codec: Codec) {
    super();
    this.#codec = codec;
  }

  get(): undefined {}

  set(key: string, entry: Entry): void {
    encodeValue(this.#codec, entry.value, key);
  }

  delete(): boolean {
    return false;
  }

  /** Always succeeds: what was there may have had to make room at once. */
  swap(key: string, _expected: Entry | undefined, next: Entry | undefined): boolean {
    if (next !== undefined) encodeValue(this.#codec, next.value, key);
    return true;
  }

  async *keys(): AsyncGenerator<string> {}

  clear(): void {}
}
