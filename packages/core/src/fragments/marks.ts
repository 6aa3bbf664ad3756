import { randomBytes } from 'node:crypto';

const INDEX_DIGITS = 8;

/**
 * Marks places in a text that an engine is rendering. The marks are digits, which no escaping changes, drawn anew for
 * each text, so that nothing a template prints can be one.
 */
export class Marks<T> {
  readonly items: T[] = [];
  #mark: string | undefined;

  /** The mark to print where `item` belongs. */
  place(item: T): string {
    this.#mark ??= BigInt(`0x1${randomBytes(16).toString('hex')}`).toString();
    this.items.push(item);
    return this.#mark + String(this.items.length - 1).padStart(INDEX_DIGITS, '0');
  }

  /** The text and the items in it, in order. */
  split(text: string): (string | { readonly item: T })[] {
    if (this.#mark === undefined) return [text];
    const [first = '', ...others] = text.split(this.#mark);
    const parts: (string | { readonly item: T })[] = [first];
    for (const other of others) {
      parts.push({ item: this.items[Number(other.slice(0, INDEX_DIGITS))] as T }, other.slice(INDEX_DIGITS));
    }
    return parts;
  }
}
