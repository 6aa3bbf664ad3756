import { type Cache, spaceOf } from '../../cache.ts';
import { currentDependencies, Dependencies } from '../../dependencies.ts';
import { toMilliseconds } from '../../duration.ts';
import type { Entry } from '../../entry.ts';
import type { Key } from '../../key.ts';
import { ownTag } from '../own-tag.ts';
import { openPlace, settle } from '../place.ts';
import type { Refreshable } from '../repository.ts';
import { loadPast } from './load-past.ts';
import type { RepositorySettings } from './options.ts';
import type { SourceReads } from './reads.ts';
import { writtenEntry } from './writes.ts';

/** Makes the cache agree with a source that somebody else has changed. */
export class Refreshes<K, V> implements Refreshable<K, V> {
  readonly #cache: Cache;
  readonly #reads: SourceReads<K, V>;
  readonly #settings: RepositorySettings<K, V>;

  constructor(cache: Cache, reads: SourceReads<K, V>, settings: RepositorySettings<K, V>) {
    this.#cache = cache;
    this.#reads = reads;
    this.#settings = settings;
  }

  keyOf(key: K): Key {
    return this.#settings.keyOf(key);
  }

  async invalidate(key: K): Promise<void> {
    const cacheKey = this.#settings.keyOf(key);
    await this.#cache.delete(cacheKey);
    await this.#cache.invalidateTags([ownTag(this.#cache, cacheKey)]);
  }

  async refresh(key: K): Promise<V | undefined> {
    const { keyOf, tagsBefore, tagsAfter, lifetime, negativeTtl } = this.#settings;
    const { log, clock } = spaceOf(this.#cache).root;
    const place = await openPlace(this.#cache, keyOf(key));
    try {
      const made = new Dependencies(log, currentDependencies());
      const value = await loadPast(this.#cache, this.#reads, this.#settings, key, made);
      if (value === undefined) made.limit(toMilliseconds(negativeTtl, 'negativeTtl'));
      // Whatever is being made around the call depends on the value as if it had been read.
      made.tag([...tagsBefore(key), ...tagsAfter(key, value)]);
      const tags = made.names;
      const limitAt = made.limitFrom(clock.now());
      const isOutdated = place.changed(tags);
      await settle(this.#cache, [place], (): Entry | undefined => {
        return isOutdated
          ? undefined
          : writtenEntry(this.#cache, place, { value: value ?? null, tags, limitAt }, lifetime);
      });
      return value;
    } finally {
      place.end();
    }
  }
}
