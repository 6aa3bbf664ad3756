import { type Cache, spaceOf } from '../../cache.ts';
import { collected, currentDependencies, Dependencies } from '../../dependencies.ts';
import { invalidOption } from '../../errors.ts';
import { openPlace, type Place, settle } from '../place.ts';
import type { CachedReads } from '../repository.ts';
import type { ReadSource, WriteContext } from '../source.ts';
import { newWrite } from '../source-writes.ts';
import { type BatchOptions, cachedReads } from './cached-repository.ts';
import { type RepositoryOptions, repositorySettings } from './options.ts';
import { tagsInvalidatedBy, rejectNoValue, type WriteOptions, writtenEntry } from './writes.ts';

/** Options of `applicationWrites`. */
export interface ApplicationWritesOptions<K, V> extends RepositoryOptions<K, V>, BatchOptions, WriteOptions<K, V> {}

/** Reads through a cache that the code which saves keeps up to date. */
export interface ApplicationWrites<K, V> extends CachedReads<K, V> {
  /**
   * Runs the application's own code that saves the value of a key. What it returns is in the cache when this resolves; if it returns nothing the
   * cache forgets, and so it does if the code throws. Answers what the code returns.
   *
   * @throws what the code throws
   */
  write<R extends V | null | undefined | void>(key: K, save: (context: WriteContext) => R | Promise<R>): Promise<R>;
  /**
   * Hands a value to a job that will save it, and answers it to readers from now on. The database is behind until the job has run, and has to be
   * saved through `write` there.
   *
   * @param enqueue resolves when the job cannot be lost any more; if it throws, nothing has happened
   * @throws what `enqueue` throws; CacheError `ERR_CACHE_VALUE` for `undefined` and `null`
   */
  writeLater(key: K, value: V, enqueue: (context: WriteContext) => unknown): Promise<void>;
}

/**
 * Reads as `readThrough`; what is written goes through the application's own code, a transaction or an ORM, which the cache follows. With a queue of
 * jobs it is a write-behind whose work the application does.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const cities = applicationWrites(cache, { load: (id: number) => db.city(id) }, { key: keys.city });
 * await cities.write(5, () => db.transaction((t) => t.renameCity(5, 'Lisboa'))); // the city that it returns is cached
 *
 * await cities.writeLater(5, city, ({ id }) => queue.add('save-city', city, { jobId: id }));
 * worker('save-city', (city) => cities.write(city.id, () => db.save(city)));
 */
export function applicationWrites<K, V>(
  cache: Cache,
  source: ReadSource<K, V>,
  options: ApplicationWritesOptions<K, V>,
): ApplicationWrites<K, V> {
  const settings = repositorySettings(cache, options, ['maxBatch', 'invalidates']);
  const invalidatedBy = tagsInvalidatedBy(options);
  const { root } = spaceOf(cache);

  async function write<R>(key: K, save: (context: WriteContext) => R | Promise<R>): Promise<R> {
    if (typeof save !== 'function') throw invalidOption('save', save, 'a function');
    const place = await openPlace(cache, settings.keyOf(key));
    const made = new Dependencies(root.log, currentDependencies());
    let saved: unknown;
    try {
      const result = await collected(made, () => save(newWrite()));
      saved = result;
      return result;
    } finally {
      await finish(key, (saved as V | null | undefined) ?? undefined, place, made);
    }
  }

  async function finish(key: K, value: V | undefined, place: Place, made: Dependencies): Promise<void> {
    try {
      const tags = [...settings.tagsBefore(key), ...settings.tagsAfter(key, value), ...made.names];
      const written = { value, tags, limitAt: made.limitFrom(root.clock.now()) };
      const isForgotten = value === undefined || place.changed(tags);
      const entryOf = () => (isForgotten ? undefined : writtenEntry(cache, place, written, settings.lifetime));
      await settle(cache, [place], entryOf, invalidatedBy(key, value));
    } catch (error) {
      await settle(cache, [place], () => undefined);
      throw error;
    } finally {
      place.end();
    }
  }

  return {
    ...cachedReads(cache, source, settings, options),
    write,
    async writeLater(key, value, enqueue) {
      if (typeof enqueue !== 'function') throw invalidOption('enqueue', enqueue, 'a function');
      rejectNoValue(value);
      await write(key, async (context) => {
        await enqueue(context);
        return value;
      });
    },
  };
}
