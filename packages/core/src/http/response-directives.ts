import { type CacheControl, parseCacheControl, qualified } from './cache-control.ts';
import { type HeaderList, headerNames, headerOf } from './headers.ts';
import { parseDictionary } from './structured-fields.ts';

/**
 * The directives that a shared cache in front of an origin obeys: those of `CDN-Cache-Control` alone where it is there
 * and well formed (RFC 9213, section 2.1), else those of `Cache-Control`.
 */
export interface ResponseDirectives {
  readonly directives: CacheControl;
  /** They came from the targeted field, so that `Expires` and `Cache-Control` say nothing to this cache. */
  readonly targeted: boolean;
}

/** @param targetedFields names of targeted fields in lower case, the most specific first; by default none */
export function responseDirectives(headers: HeaderList, targetedFields: readonly string[] = []): ResponseDirectives {
  for (const name of targetedFields) {
    const directives = targetedDirectives(headerOf(headers, name));
    if (directives !== undefined) return { directives, targeted: true };
  }
  return { directives: parseCacheControl(headerOf(headers, 'cache-control')), targeted: false };
}

/** Fields that `no-cache="…"` or `private="…"` keeps out of a shared cache, in lower case (RFC 9111, section 5.2.2). */
export function qualifiedFields(directives: CacheControl): readonly string[] {
  return ['no-cache', 'private'].flatMap((name) => {
    const names = directives.get(name);
    // Blanks between names are no separators, but cannot mean anything else.
    return typeof names === 'string' ? headerNames(names.replaceAll(/\s+/g, ',')) : [];
  });
}

function targetedDirectives(field: string | undefined): CacheControl | undefined {
  const members = field === undefined ? undefined : parseDictionary(field);
  if (members === undefined || members.size === 0) return undefined;
  const directives = new Map<string, string | true>();
  for (const [name, { type, value }] of members) {
    if (type === 'integer') directives.set(name, String(value));
    else if (type === 'string' || type === 'token') directives.set(name, qualified(name, value));
    else if (value !== false) directives.set(name, true);
  }
  return directives;
}
