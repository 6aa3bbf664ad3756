import type { Cache } from '../../cache.ts';
import { invalidOption } from '../../errors.ts';
import { type BatchOptions, readParts, sourceWrites } from '../repositories/cached-repository.ts';
import { type RepositoryOptions, repositorySettings } from '../repositories/options.ts';
import type { WriteOptions } from '../repositories/writes.ts';
import type { CachedReads, CachedRepository } from '../repository.ts';
import type { ReadSource, Source, WriteSource } from '../source.ts';
import { Audit, type AuditCounts, type AuditOptions } from './audit.ts';

/** Options of `forever`. */
export interface ForeverOptions<K, V>
  extends Omit<RepositoryOptions<K, V>, 'ttl' | 'staleWhileRevalidate' | 'staleIfError'>,
    BatchOptions,
    WriteOptions<K, V> {
  /** Compares a share of what is read with the source. Default: none. */
  readonly audit?: AuditOptions<K, V>;
}

/** What `forever` tells about its audit. */
export interface Audits {
  /** What the audit has done so far. */
  readonly audited: AuditCounts;
}

const FOR_EVER = { ttl: 'forever', staleWhileRevalidate: 0, staleIfError: 0 } as const;
const NOT_AUDITED: AuditCounts = { checked: 0, stale: 0, skipped: 0 };

/**
 * Keeps values until they are invalidated, and puts the new one back right then: `set` writes it to the source and the cache, and `refresh` is for
 * what was changed elsewhere. An audit finds what somebody forgot to invalidate.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const cities = forever(cache, source, { key: keys.city, audit: { share: 0.01, onStale: ({ key }) => log.warn({ key }, 'not invalidated') } });
 * await db.importCity(5);
 * await cities.refresh(5); // only that one is loaded again, and others never wait for it
 */
export function forever<K, V>(
  cache: Cache,
  source: Source<K, V>,
  options: ForeverOptions<K, V>,
): CachedRepository<K, V> & Audits;
export function forever<K, V>(
  cache: Cache,
  source: ReadSource<K, V>,
  options: ForeverOptions<K, V>,
): CachedReads<K, V> & Audits;
export function forever<K, V>(
  cache: Cache,
  source: ReadSource<K, V> & Partial<WriteSource<K, V>>,
  options: ForeverOptions<K, V>,
): CachedReads<K, V> & Partial<CachedRepository<K, V>> & Audits {
  const { audit: auditOptions, ...given } = options ?? {};
  for (const name of ['ttl', 'staleWhileRevalidate', 'staleIfError'] as const) {
    const lifetime: unknown = (given as RepositoryOptions<K, V>)[name];
    if (lifetime !== undefined) throw invalidOption(name, lifetime, 'nothing, because values are kept for ever');
  }
  if (auditOptions !== undefined && (typeof auditOptions !== 'object' || auditOptions === null)) {
    throw invalidOption('audit', auditOptions, 'an object with a `share`');
  }
  const settings = repositorySettings(cache, { ...given, ...FOR_EVER }, ['maxBatch', 'invalidates']);
  const { reads, repository } = readParts(cache, source, settings, options);
  const all = { ...repository, ...(canWrite(source) && sourceWrites(cache, source, settings, 'keep', options)) };
  const audit =
    auditOptions && new Audit({ cache, reads, settings, refresh: (key) => repository.refresh(key) }, auditOptions);
  if (audit === undefined) return { ...all, audited: NOT_AUDITED };
  return {
    ...all,
    async get(key) {
      const value = await repository.get(key);
      audit.noteRead(key);
      return value;
    },
    async getMany(keys) {
      const values = await repository.getMany(keys);
      for (const key of keys) audit.noteRead(key);
      return values;
    },
    get audited() {
      return audit.counts;
    },
  };
}

function canWrite<K, V>(source: Partial<WriteSource<K, V>>): source is WriteSource<K, V> {
  return source.save !== undefined;
}
