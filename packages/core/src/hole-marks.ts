import { randomBytes } from 'node:crypto';
import { CacheError, invalidOption } from './errors.ts';

const INDEX_DIGITS = 8;

/** A place in a body, and what fills it. */
export interface StoredHole {
  /** The byte before which it is. */
  readonly at: number;
  readonly name: string;
}

/** A body in which some places are filled for each request. */
export interface HoledBody {
  readonly body: Uint8Array;
  /** In the order of the body. */
  readonly holes: readonly StoredHole[];
}

/**
 * Marks the holes of one response while it is being made. The marks are digits, which no escaping changes, drawn anew for each
 * response, so that nothing in a page can be one.
 */
export class HoleMarks {
  readonly #names: ReadonlySet<string>;
  readonly #left: string[] = [];
  #mark: string | undefined;
  #isClosed = false;

  /** @param names the holes that will be filled */
  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** The mark to print where the hole is. @throws CacheError `ERR_CACHE_OPTION`, `ERR_CACHE_PLACE` */
  leave(name: string): string {
    if (!this.#names.has(name)) throw invalidOption('name', name, [...this.#names].join(', '));
    if (this.#isClosed) {
      const message = `The hole "${name}" is left after the head of the response has gone out; allowed: before.`;
      throw new CacheError('ERR_CACHE_PLACE', message);
    }
    this.#mark ??= BigInt(`0x1${randomBytes(16).toString('hex')}`).toString();
    this.#left.push(name);
    return this.#mark + String(this.#left.length - 1).padStart(INDEX_DIGITS, '0');
  }

  /** The head of the response is there: no more holes can be left. Returns whether any was. */
  close(): boolean {
    this.#isClosed = true;
    return this.#left.length > 0;
  }

  /** Takes the marks out of the body in which they were printed. */
  cut(marked: Uint8Array): HoledBody {
    if (this.#mark === undefined) return { body: marked, holes: [] };
    // One character for each byte, whatever the bytes are.
    const text = new TextDecoder('latin1').decode(marked);
    const length = this.#mark.length + INDEX_DIGITS;
    const body = new Uint8Array(marked.byteLength);
    const holes: StoredHole[] = [];
    let [from, size] = [0, 0];
    const keep = (to: number): void => {
      body.set(marked.subarray(from, to), size);
      size += to - from;
    };
    for (let at = text.indexOf(this.#mark); at !== -1; at = text.indexOf(this.#mark, from)) {
      keep(at);
      from = at + length;
      const name = this.#left[Number(text.slice(from - INDEX_DIGITS, from))];
      if (name !== undefined) holes.push({ at: size, name });
    }
    keep(marked.byteLength);
    return { body: body.slice(0, size), holes };
  }
}
