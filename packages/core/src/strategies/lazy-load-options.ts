import type { GetOrSetOptions } from '../value-loads.ts';

/** Options of `getOrSet` that are made only if a value has to be loaded: a hit does not need its tags. */
export function loadOptionsClass(lifetime: GetOrSetOptions): new (tags: () => readonly string[]) => GetOrSetOptions {
  class LoadOptions {
    readonly #tags: () => readonly string[];
    constructor(tags: () => readonly string[]) {
      this.#tags = tags;
    }
    get tags(): readonly string[] {
      return this.#tags();
    }
  }
  Object.assign(LoadOptions.prototype, lifetime);
  return LoadOptions;
}
