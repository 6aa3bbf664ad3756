import { Cache, spaceOf } from '../cache.ts';
import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import { validateTags } from '../invalidation/tags.ts';
import { groupTag, namesOfUrl } from './invalidation.ts';

/** What `purge` makes invalid. All fields are optional. */
export interface PurgeTargets {
  /**
   * Absolute URLs, the query included, without parameters that the policy of the route ignores. Every stored response of a URL goes: for all
   * methods, policies and variants, under `http` and `https` alike.
   */
  readonly urls?: readonly string[];
  /** Tags of values and responses, as for `cache.invalidateTags`; those of `Cache-Tag` and `Surrogate-Key` too. */
  readonly tags?: readonly string[];
  /** Groups that responses named in `Cache-Groups` (RFC 9875). */
  readonly groups?: readonly CacheGroup[];
}

/** A group of responses; groups of different origins have nothing to do with each other. */
export interface CacheGroup {
  /** Such as `https://example.org`. */
  readonly origin: string;
  readonly name: string;
}

/**
 * Makes stored responses invalid: by URL, by tag, by group. It resolves once all processes that share the cache have been told; from then on this
 * process answers none of them any more, and a response whose making began before is not stored.
 *
 * @param cache the cache given to `cacheResponse`, or any namespace of it
 * @throws CacheError `ERR_CACHE_OPTION`; what the backend throws if the others could not be told, when this process has forgotten the responses
 * all the same
 * @example
 * await purge(cache, { urls: ['https://example.org/cities/5'], tags: ['city:5'] });
 */
export async function purge(cache: Cache, targets: PurgeTargets): Promise<void> {
  if (!(cache instanceof Cache)) throw invalidOption('cache', cache, 'a cache made by `createCache`');
  if (typeof targets !== 'object' || targets === null) throw invalidOption('targets', targets, ALLOWED);
  rejectUnknownOptions(targets, ['urls', 'tags', 'groups']);
  const { urls = [], tags = [], groups = [] } = targets;
  if (!(urls instanceof Array)) throw invalidOption('urls', urls, 'an array of absolute URLs');
  if (!(groups instanceof Array)) throw invalidOption('groups', groups, GROUPS);
  const names = [...urls.flatMap(absolute).flatMap(namesOfUrl), ...validateTags(tags), ...groups.flatMap(namesOfGroup)];
  if (names.length === 0) return;
  const { log, events } = spaceOf(cache).root;
  await log.publish([...new Set(names)]);
  if (tags.length > 0 && events.heard.invalidate) events.emit('invalidate', { tags });
}

const ALLOWED = 'an object with `urls`, `tags` and `groups`';
const GROUPS = "an array of { origin: 'https://example.org', name: '…' }";

function absolute(url: unknown): string[] {
  return inBothSchemes(url, 'urls', 'absolute URLs that begin with http:// or https://');
}

function namesOfGroup(group: unknown): string[] {
  const { origin, name, ...more } = typeof group === 'object' && group !== null ? (group as Partial<CacheGroup>) : {};
  if (typeof name !== 'string' || name === '' || Object.keys(more).length > 0)
    throw invalidOption('groups', group, GROUPS);
  return inBothSchemes(origin, 'groups', GROUPS).map((one) => groupTag(new URL(one).origin, name));
}

/** A server behind a proxy that ends TLS knows its own URLs as `http`; who purges knows them as `https`. */
function inBothSchemes(url: unknown, option: string, allowed: string): string[] {
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw invalidOption(option, url, allowed);
  return ['http', 'https'].map((scheme) => url.replace(/^https?/i, scheme));
}
