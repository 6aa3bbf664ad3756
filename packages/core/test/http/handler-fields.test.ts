import { describe, expect, it } from 'vitest';
import { fieldsForHandler } from '../../src/http/handler-fields.ts';
import type { StoredResponse } from '../../src/http/records.ts';
import { request } from './support/engine.ts';
import { at, policyOf } from './support/rules.ts';
import { stored, storedPart } from './support/stored.ts';

const SAFE = policyOf();
const STANDARD = policyOf({ mode: 'standard' });
const WITH_RANGE = { range: 'bytes=0-1', 'if-range': '"x"', 'if-none-match': '"x"', 'if-modified-since': at(0) };

/** What a handler finds of the fields that the client sent. */
function found(
  have: StoredResponse | undefined,
  fields: Record<string, string> = WITH_RANGE,
  policy = STANDARD,
): object {
  const shown: Record<string, string | undefined> = { ...fields };
  for (const [name, value] of fieldsForHandler(request(fields), have, policy)) shown[name] = value;
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
}

describe('a handler finds', () => {
  it('neither conditions nor a range, if what it makes is for everybody', () => {
    expect(found(undefined, WITH_RANGE, SAFE)).toEqual({});
    expect(found(stored(), WITH_RANGE, SAFE)).toEqual({});
  });

  it('the range of the client where parts may be stored, but none of its conditions', () => {
    expect(found(undefined)).toEqual({ range: 'bytes=0-1', 'if-range': '"x"' });
    expect(found(stored())).toEqual({ range: 'bytes=0-1', 'if-range': '"x"' });
  });

  it('the validators of what is stored, and then no range: the whole is to be confirmed', () => {
    const have = stored({ headers: ['ETag', '"a"', 'Last-Modified', at(-9)] });
    const expected = { 'if-none-match': '"a"', 'if-modified-since': at(-9) };
    for (const policy of [SAFE, STANDARD]) {
      expect(found(have, WITH_RANGE, policy)).toEqual(expected);
      expect(found(have, {}, policy)).toEqual(expected);
    }
    expect(found(stored({ headers: ['Last-Modified', at(-9)] }))).toEqual({ 'if-modified-since': at(-9) });
    expect(found(stored({ headers: ['ETag', '"a"'] }))).toEqual({ 'if-none-match': '"a"' });
  });

  it('no entity tag that this cache made', () => {
    const have = stored({ headers: ['ETag', '"a"'], madeEntityTag: true });
    expect(found(have, { 'if-none-match': '"a"' }, SAFE)).toEqual({});
  });

  it('the range that is missing to a stored part', () => {
    expect(found(storedPart(0, 4), {})).toEqual({ range: 'bytes=5-', 'if-range': '"v1"' });
    expect(found(storedPart(5, 9), { 'if-none-match': '"x"' })).toEqual({ range: 'bytes=0-4', 'if-range': '"v1"' });
    expect(found(storedPart(0, 4, { headers: ['ETag', 'W/"v1"'] }), {})).toEqual({ range: 'bytes=5-' });
    expect(found(storedPart(2, 6), {})).toEqual({});
    expect(found(storedPart(0, 4), {}, policyOf({ mode: 'standard', maxBodyBytes: 9 }))).toEqual({});
  });

  it('the range of the client rather than the one that is missing', () => {
    expect(found(storedPart(0, 4))).toEqual({ range: 'bytes=0-1', 'if-range': '"x"' });
  });

  it('no Accept-Encoding where this cache makes the codings', () => {
    const fields = { 'accept-encoding': 'gzip' };
    expect(found(undefined, fields)).toEqual(fields);
    expect(found(undefined, fields, policyOf({ encodings: ['gzip'] }))).toEqual({});
  });

  it('everything as it is for any other method', () => {
    for (const method of ['HEAD', 'POST']) {
      expect(
        fieldsForHandler(request(WITH_RANGE, { method }), stored({ headers: ['ETag', '"a"'] }), STANDARD).size,
      ).toBe(0);
    }
  });
});
