/** What a write says about a value besides the value. */
export interface ModelOptions {
  readonly ttl: number;
  readonly tags: readonly string[];
}

interface ModelValue {
  readonly path: string;
  readonly key: string;
  value: unknown;
  expiresAt: number;
  tags: readonly string[];
}

/** A cache as simple as it can be: one list, no staleness, everything at once. What the real one is compared with. */
export class ModelCache {
  now = 0;
  #values: ModelValue[] = [];

  get(path: string, key: string): unknown {
    return this.#find(path, key)?.value;
  }

  set(path: string, key: string, value: unknown, { ttl, tags }: ModelOptions): void {
    this.delete(path, key);
    this.#values.push({ path, key, value, expiresAt: this.now + ttl, tags });
  }

  add(path: string, key: string, value: unknown, options: ModelOptions): boolean {
    if (this.#find(path, key) !== undefined) return false;
    this.set(path, key, value, options);
    return options.ttl > 0;
  }

  getOrSet(path: string, key: string, value: unknown, options: ModelOptions): unknown {
    const found = this.#find(path, key);
    if (found !== undefined) return found.value;
    this.set(path, key, value, options);
    return value;
  }

  touch(path: string, key: string, ttl: number): boolean {
    const found = this.#find(path, key);
    if (found !== undefined) found.expiresAt = this.now + ttl;
    return found !== undefined;
  }

  delete(path: string, key: string): boolean {
    const found = this.#find(path, key);
    this.#values = this.#values.filter((value) => value !== found);
    return found !== undefined;
  }

  invalidateTags(tags: readonly string[]): void {
    this.#values = this.#values.filter((value) => !value.tags.some((tag) => tags.includes(tag)));
  }

  /** `path` is the names of the namespace, each followed by `/`. */
  clear(path: string): void {
    this.#values = this.#values.filter((value) => !value.path.startsWith(path));
  }

  #find(path: string, key: string): ModelValue | undefined {
    this.#values = this.#values.filter((value) => value.expiresAt > this.now);
    return this.#values.find((value) => value.path === path && value.key === key);
  }
}
