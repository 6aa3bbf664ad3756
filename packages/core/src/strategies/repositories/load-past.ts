import { type Cache, spaceOf } from '../../cache.ts';
import { collected, type Dependencies } from '../../dependencies.ts';
import { CacheError } from '../../errors.ts';
import { LoaderContext } from '../../loader.ts';
import type { RepositorySettings } from './options.ts';
import type { SourceReads } from './reads.ts';

/**
 * Loads a value past the cache, within the time that loads have, and notes what it depends on.
 *
 * @throws what the source throws; CacheError `ERR_CACHE_LOAD_TIMEOUT`
 */
export function loadPast<K, V>(
  cache: Cache,
  reads: SourceReads<K, V>,
  { loadTimeout }: RepositorySettings<K, V>,
  key: K,
  made: Dependencies,
): Promise<V | undefined> {
  const stop = new AbortController();
  return new Promise((resolve, reject) => {
    const cancel = spaceOf(cache).root.clock.after(loadTimeout, () => {
      const message = `The load did not end within ${loadTimeout} ms (\`loadTimeout\`).`;
      const late = new CacheError('ERR_CACHE_LOAD_TIMEOUT', message);
      reject(late);
      stop.abort(late);
    });
    const context = new LoaderContext<V | null>(stop, undefined, made);
    void collected(made, () => reads.load(key, context))
      .then(resolve, reject)
      .finally(cancel);
  });
}
