import type { KeyvStoreAdapter } from 'keyv';

/** A store of Keyv that takes and gives nothing but texts, as most do, and answers later. */
export class TextStore implements KeyvStoreAdapter {
  opts = {};
  namespace?: string | undefined;
  readonly texts = new Map<string, string>();
  /** The lifetimes given, in milliseconds. */
  readonly ttls: (number | undefined)[] = [];

  async get<Value>(key: string): Promise<Value | undefined> {
    return this.texts.get(key) as Value | undefined;
  }

  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    if (typeof value !== 'string') throw new TypeError('Only texts are taken.');
    // What is no UTF-8 or no JSON is damaged in most of these stores.
    this.texts.set(key, JSON.stringify(JSON.parse(Buffer.from(value).toString())));
    this.ttls.push(ttl);
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.texts.delete(key);
  }

  async clear(): Promise<void> {
    this.texts.clear();
  }

  on(_event: string, _listener: (error: unknown) => void): this {
    return this;
  }
}
