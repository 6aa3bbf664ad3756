import { HttpCache } from '../../../src/http/http-cache.ts';
import type { Lookup } from '../../../src/http/lookup.ts';
import type { ResponsePolicy } from '../../../src/http/policy.ts';
import type { HttpRequest } from '../../../src/http/request.ts';
import type { Cache } from '../../../src/index.ts';
import type { HeadAdditions } from '../../../src/http/downstream.ts';
import type { Fill } from '../../../src/http/fill.ts';

/** A request as an adapter describes it. */
export function request(
  fields: Readonly<Record<string, string>> = {},
  changes: Partial<Omit<HttpRequest, 'header'>> = {},
): HttpRequest {
  return {
    method: 'GET',
    url: '/',
    scheme: 'http',
    host: 'a.example',
    hasBody: false,
    identified: false,
    header: (name) => fields[name],
    ...changes,
  };
}

export function engine(cache: Cache, policy: ResponsePolicy = {}): HttpCache {
  return new HttpCache(cache, policy, {
    entityTag: (body) => `"${body.length}"`,
    encode: (body) => Promise.resolve(body),
  });
}

/** Ends a fill with a response that goes out as it is. */
export function answer(
  fill: Fill,
  body: string,
  { status = 200, headers = [], read = [] }: { status?: number; headers?: string[]; read?: string[] } = {},
): HeadAdditions {
  for (const name of read) fill.inputs.add(name);
  const verdict = fill.head(status, headers, { set: headers, removed: [] });
  if (verdict.kind !== 'send') throw new Error(`The verdict is ${verdict.kind}.`);
  fill.chunk(new TextEncoder().encode(body));
  fill.end();
  return verdict.additions;
}

/** The fill of a lookup that must be a miss. */
export function fillOf(lookup: Lookup | Promise<Lookup>): Fill {
  if (lookup instanceof Promise) throw new Error('The lookup waits for something.');
  if (lookup.kind !== 'miss') throw new Error(`The lookup is a ${lookup.kind}.`);
  return lookup.fill;
}

/** In short what a lookup says: the body of a hit, else its kind. */
export function told(lookup: Lookup): string {
  return lookup.kind === 'hit' ? new TextDecoder().decode(lookup.response.body) : lookup.kind;
}
