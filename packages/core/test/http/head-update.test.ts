import { describe, expect, it } from 'vitest';
import { createEntry } from '../../src/entry.ts';
import { headUpdate } from '../../src/http/head-update.ts';
import { headerOf } from '../../src/http/headers.ts';
import type { StoredResponse } from '../../src/http/records.ts';
import { request } from './support/engine.ts';
import { at, NOW, policyOf } from './support/rules.ts';
import { stored, storedPart } from './support/stored.ts';

const POLICY = policyOf({ mode: 'standard' });
const FIELDS = ['Cache-Control', 'max-age=60', 'ETag', '"a"', 'X-A', '1', 'Date', at(-100)];

function update(headers: string[], value: StoredResponse = stored({ headers: FIELDS }), status = 200) {
  const parts = { value, tags: ['t'], position: 0, limitAt: Infinity, copyOnRead: false };
  const entry = createEntry(parts, { ttl: 60_000, staleWhileRevalidate: 0, staleIfError: 0 }, NOW - 100_000);
  const answer = { request: request({}, { method: 'HEAD' }), status, headers, requestedAt: NOW, receivedAt: NOW };
  return headUpdate(entry, answer, POLICY);
}

describe('the answer to HEAD', () => {
  it('brings a stored response up to date', () => {
    const filled = update(['X-A', '2', 'Cache-Control', 'max-age=9', 'Content-Length', '10', 'Date', at(0)]);
    expect(filled).toMatchObject({ lifetime: { ttl: 9000 }, receivedAt: NOW, inheritedTags: ['t'], vary: [] });
    const response = typeof filled === 'object' ? filled.response : undefined;
    expect(response?.body).toEqual(stored().body);
    expect(
      ['x-a', 'cache-control', 'etag', 'content-length'].map((name) => headerOf(response?.headers ?? [], name)),
    ).toEqual(['2', 'max-age=9', '"a"', undefined]);
  });

  it('keeps the variant that it is about', () => {
    expect(update(['Vary', 'X-B'])).toMatchObject({ vary: ['x-b'] });
  });

  it.each([
    ['another entity tag', ['ETag', '"b"']],
    ['another length', ['Content-Length', '11']],
    ['that nothing may be stored', ['Cache-Control', 'no-store']],
    ['that it is for one user', ['Cache-Control', 'private']],
  ])('that tells of %s makes it out of date', (_what, headers) => {
    expect(update(headers)).toBe('outdated');
  });

  it('means nothing if it is no 200, or if what is stored is none', () => {
    for (const status of [204, 304, 404, 500]) expect(update(['ETag', '"b"'], undefined, status)).toBeUndefined();
    expect(update(['ETag', '"b"'], stored({ status: 404, headers: FIELDS }))).toBeUndefined();
    expect(update(['ETag', '"b"'], storedPart(0, 4))).toBeUndefined();
  });
});
