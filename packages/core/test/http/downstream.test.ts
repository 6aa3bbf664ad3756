import { describe, expect, it } from 'vitest';
import { additionsTo } from '../../src/http/downstream.ts';
import type { ResponsePolicy } from '../../src/http/policy.ts';
import { policyOf } from './support/rules.ts';

const additions = (headers: string[], policy: ResponsePolicy = {}, refused?: string, vary: string[] = []) => {
  const { cacheControl, vary: fields } = additionsTo(headers, { refused, vary }, policyOf(policy));
  return [cacheControl, fields];
};

describe('caches downstream are told', () => {
  it.each<[string, string[], ResponsePolicy, string | undefined, string | undefined]>([
    ['to ask each time', [], {}, undefined, 'no-cache'],
    ['how long they need not ask', [], { clientMaxAge: '1m' }, undefined, 'max-age=60'],
    ['at most 2^31 seconds', [], { clientMaxAge: 'forever' }, undefined, 'max-age=2147483648'],
    ['whole seconds', [], { clientMaxAge: 1999 }, undefined, 'max-age=1'],
    [
      'to share nothing that differs by cookies',
      [],
      { cookies: ['a'], clientMaxAge: '1m' },
      undefined,
      'private, max-age=60',
    ],
    ['to share what sees no cookie', [], { cookies: [] }, undefined, 'no-cache'],
    ['to keep nothing that this cache refuses', [], { clientMaxAge: '1m' }, 'set-cookie', 'private, no-cache'],
    ['nothing of a status that is not stored', [], { clientMaxAge: '1m' }, 'status', undefined],
    ['nothing where the handler said it', ['Cache-Control', ''], { clientMaxAge: '1m' }, undefined, undefined],
    ['nothing where the handler said when it expires', ['Expires', '0'], {}, 'expired', undefined],
    ['nothing in the standard mode', [], { mode: 'standard', clientMaxAge: '1m' }, undefined, undefined],
  ])('%s', (_what, headers, policy, refused, cacheControl) => {
    expect(additions(headers, policy, refused)[0]).toBe(cacheControl);
  });

  it.each<[string[], ResponsePolicy, string[], string | undefined]>([
    [[], {}, [], undefined],
    [[], {}, ['accept'], 'accept'],
    [['Vary', 'Origin'], {}, ['accept'], 'Origin, accept'],
    [['Vary', 'Accept'], {}, ['accept'], undefined],
    [['Vary', 'A', 'Vary', 'B'], { headers: ['C'] }, ['b', 'd'], 'A, B, d, c'],
    [['Vary', '*'], {}, ['accept'], undefined],
    [[], { cookies: ['a'], headers: ['X-A'] }, [], 'x-a, cookie'],
    [[], { cookies: [] }, [], undefined],
    [[], { mode: 'standard', headers: ['X-A'] }, ['accept'], undefined],
  ])('with %j under %j by what responses differ: %j', (headers, policy, vary, expected) => {
    expect(additions(headers, policy, undefined, vary)[1]).toBe(expected);
    expect(additions(headers, policy, 'private', vary)[1]).toBeUndefined();
  });

  it('that codings differ, where this cache makes them', () => {
    const html = ['Content-Type', 'text/html'];
    for (const mode of ['safe', 'standard'] as const) {
      const policy: ResponsePolicy = { mode, encodings: ['gzip'] };
      expect(additions(html, policy)[1]).toBe('Accept-Encoding');
      expect(additions(html, policy, 'private')[1]).toBeUndefined();
      expect(additions(['Content-Type', 'image/png'], policy)[1]).toBeUndefined();
      expect(additions([...html, 'Vary', 'accept-encoding'], policy)[1]).toBeUndefined();
    }
  });
});
