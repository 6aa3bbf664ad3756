import { type Cache, spaceOf } from '../../cache.ts';
import { currentDependencies, Dependencies } from '../../dependencies.ts';
import { toMilliseconds } from '../../duration.ts';
import type { Entry } from '../../entry.ts';
import { encodeKey, type Key } from '../../key.ts';
import { ownTag } from '../own-tag.ts';
import { openPlace, settle } from '../place.ts';
import type { Refreshable } from '../repository.ts';
import { loadPast } from './load-past.ts';
import type { RepositorySettings } from './options.ts';
import type { SourceReads } from './reads.ts';
import { writtenEntry } from './writes.ts';

/** The refresh of a key that is under way, and the one that those wait for who asked meanwhile. */
interface Running<V> {
  readonly current: Promise<V | undefined>;
  next: Promise<V | undefined> | undefined;
}

/** Makes the cache agree with a source that somebody else has changed. */
export class Refreshes<K, V> implements Refreshable<K, V> {
  readonly #cache: Cache;
  readonly #reads: SourceReads<K, V>;
  readonly #settings: RepositorySettings<K, V>;
  readonly #running = new Map<string, Running<V>>();

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

  /** A call waits for the refresh under way and shares the one after it, because that one may have loaded before the change. */
  async refresh(key: K): Promise<V | undefined> {
    const cacheKey = this.#settings.keyOf(key);
    const id = encodeKey(cacheKey);
    const running = this.#running.get(id);
    const refreshed =
      running === undefined ? this.#start(id, key) : (running.next ??= this.#startAfter(running, id, key));
    const value = await refreshed;
    // Whatever is being made around the call depends on the value as if it had been read.
    currentDependencies()?.tag([ownTag(this.#cache, cacheKey)], spaceOf(this.#cache).root.log);
    return value;
  }

  #start(id: string, key: K): Promise<V | undefined> {
    const running: Running<V> = { current: this.#refresh(key), next: undefined };
    this.#running.set(id, running);
    const end = (): void => {
      if (running.next === undefined) this.#running.delete(id);
    };
    running.current.then(end, end);
    return running.current;
  }

  async #startAfter({ current }: Running<V>, id: string, key: K): Promise<V | undefined> {
    await current.catch(() => {});
    return this.#start(id, key);
  }

  async #refresh(key: K): Promise<V | undefined> {
    const { keyOf, tagsBefore, tagsAfter, lifetime, negativeTtl } = this.#settings;
    const { log, clock } = spaceOf(this.#cache).root;
    const place = await openPlace(this.#cache, keyOf(key));
    try {
      const made = new Dependencies(log, currentDependencies());
      const value = await loadPast(this.#cache, this.#reads, this.#settings, key, made);
      if (value === undefined) made.limit(toMilliseconds(negativeTtl, 'negativeTtl'));
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
