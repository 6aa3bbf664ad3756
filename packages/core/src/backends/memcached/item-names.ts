import { createHash } from 'node:crypto';
import type { StoreContext } from '../backend.ts';

/** What memcached takes as a key. */
const LONGEST = 250;

/** The names of the items of one store. */
export class ItemNames {
  readonly #prefix: string;

  constructor(prefix: string, { name, version }: StoreContext) {
    this.#prefix = `${prefix}:${hash(JSON.stringify([name, version])).slice(0, 16)}`;
  }

  /** The item that all processes keep their invalidations in. */
  get page(): string {
    return `${this.#prefix}:page`;
  }

  /**
   * The item of a key. A key that memcached does not take is replaced by its hash; what is stored begins with the whole key, so that
   * another one with the same hash is a miss.
   */
  of(key: string, generation: number): string {
    const begin = `${this.#prefix}:${generation.toString(36)}:`;
    const plain = /^[\x21\x22\x24-\x7e][\x21-\x7e]*$/.test(key) && begin.length + key.length <= LONGEST;
    return begin + (plain ? key : `#${hash(key)}`);
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
