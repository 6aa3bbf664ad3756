import { type HeaderList, headerOf } from './headers.ts';
import { parseNoVarySearch } from './no-vary-search.ts';
import type { QueryFilter } from './query.ts';
import { type HttpRequest, isSafeMethod } from './request.ts';
import { parseList } from './structured-fields.ts';
import { originOf, sameOriginUrl, targetOf } from './urls.ts';

/** The name whose invalidation drops all responses of an absolute URL. */
export function urlTag(url: string): string {
  return `\0${JSON.stringify([0, 'url', sameOriginUrl(url, url) ?? url])}`;
}

/** The name whose invalidation drops all responses of a cache group (RFC 9875); groups belong to one origin. */
export function groupTag(origin: string, group: string): string {
  return `\0${JSON.stringify([0, 'group', origin, group])}`;
}

/** The names whose invalidation drops all that is answered for an absolute URL. */
export function namesOfUrl(url: string): string[] {
  return [urlTag(url), searchTag(url)];
}

/** The name whose invalidation drops the responses that stand for several queries of an absolute URL. */
function searchTag(url: string): string {
  return `\0${JSON.stringify([0, 'search', withoutQuery(sameOriginUrl(url, url) ?? url)])}`;
}

/**
 * The names under which a stored response can be invalidated by URL and by what its fields say.
 *
 * @param query takes out of URLs what does not tell responses apart
 */
export function tagsOf(request: HttpRequest, headers: HeaderList, query?: QueryFilter): string[] {
  const url = targetOf(request);
  const groups = cacheGroups(headerOf(headers, 'cache-groups')).map((group) => groupTag(originOf(url), group));
  const search = parseNoVarySearch(headerOf(headers, 'no-vary-search')) === undefined ? [] : [searchTag(url)];
  return [urlTag(filtered(url, query)), ...search, ...groups, ...responseTags(headers)];
}

/**
 * The names that a response to an unsafe request invalidates (RFC 9111, section 4.4; RFC 9875, section 3): the URL it
 * was for, those in `Location` and `Content-Location` of the same origin, and groups. None after an error.
 */
export function invalidatedBy(
  request: HttpRequest,
  status: number,
  headers: HeaderList,
  query?: QueryFilter,
): string[] {
  if (isSafeMethod(request.method) || status < 200 || status >= 400) return [];
  const url = targetOf(request);
  const named = ['location', 'content-location'].map((name) => headerOf(headers, name));
  const urls = named.map((reference) => (reference === undefined ? undefined : sameOriginUrl(reference, url)));
  const groups = cacheGroups(headerOf(headers, 'cache-group-invalidation'));
  const tags = [url, ...urls].flatMap((one) => (one === undefined ? [] : namesOfUrl(filtered(one, query))));
  return [...new Set(tags), ...groups.map((group) => groupTag(originOf(url), group))];
}

function filtered(url: string, query: QueryFilter | undefined): string {
  return query === undefined ? url : query.apply(url);
}

function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

/** Tags in the fields that content delivery networks use: separated by commas in `Cache-Tag`, by blanks in `Surrogate-Key`. */
function responseTags(headers: HeaderList): string[] {
  const tags = (headerOf(headers, 'cache-tag') ?? '').split(',').map((tag) => tag.trim());
  const keys = (headerOf(headers, 'surrogate-key') ?? '').split(/[\s,]+/);
  return [...new Set([...tags, ...keys])].filter((tag) => tag !== '' && !tag.startsWith('\0'));
}

/** RFC 9875, section 2, asks for at least 32 groups; of a response with very many the first 128 count. */
function cacheGroups(field: string | undefined): string[] {
  const members = (field === undefined ? undefined : parseList(field)) ?? [];
  return members.flatMap((member) => (member.type === 'string' ? [member.value] : [])).slice(0, 128);
}
