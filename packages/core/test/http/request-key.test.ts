import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestKey, searchRuleKey } from '../../src/http/request-key.ts';
import { request } from './support/engine.ts';
import { policyOf } from './support/rules.ts';

const POLICY = policyOf({ headers: ['X-Tenant'], cookies: ['t'] });

function keyOf(fields: Record<string, string>, changes: Parameters<typeof request>[1] = {}, policy = POLICY): string {
  const asked = request(fields, changes);
  return requestKey(asked, asked.url, policy);
}

describe('the key of a request', () => {
  it('counts nothing that the policy does not declare', () => {
    const other = { method: 'HEAD', identified: true, hasBody: true, target: '/other' };
    expect(keyOf({ accept: 'a', cookie: 's=1' }, other)).toBe(keyOf({}));
    expect(keyOf({ 'x-tenant': 'a', cookie: 't=1' }, {}, policyOf())).toBe(keyOf({}, {}, policyOf()));
  });

  it('does not count the case of the host, and that of the path', () => {
    expect(keyOf({}, { host: 'A.Example' })).toBe(keyOf({}));
    expect(keyOf({}, { url: '/A' })).not.toBe(keyOf({}, { url: '/a' }));
  });

  it.each<[string, Record<string, string>, Parameters<typeof request>[1]]>([
    ['URL', {}, { url: '/b' }],
    ['query', {}, { url: '/?' }],
    ['host', {}, { host: 'b.example' }],
    ['port', {}, { host: 'a.example:80' }],
    ['scheme', {}, { scheme: 'https' }],
    ['field', { 'x-tenant': 'a' }, {}],
    ['empty field', { 'x-tenant': '' }, {}],
    ['cookie', { cookie: 't=1' }, {}],
    ['empty cookie', { cookie: 't=' }, {}],
  ])('counts another %s', (_part, fields, changes) => {
    expect(keyOf(fields, changes)).not.toBe(keyOf({}));
  });

  it('is another for another order of cookies, which a handler can see', () => {
    expect(keyOf({ cookie: 't=1; t=2' })).not.toBe(keyOf({ cookie: 't=2; t=1' }));
  });

  it('is shared by no two requests that differ in a part, although parts hold blanks and quotes', () => {
    const piece = fc.constantFrom(
      '/',
      'a',
      ' ',
      'http://',
      '"',
      '[',
      ']',
      ',',
      '\\',
      'null',
      '[["x-tenant","a"]]',
      '%',
    );
    const text = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(''));
    const parts = fc.record({
      url: text,
      host: fc.constantFrom('a', 'b', 'a:1', ''),
      scheme: fc.constantFrom('http' as const, 'https' as const),
      tenant: fc.option(text.map((one) => one.trim())),
      cookie: fc.option(text.map((one) => `t=${one.replaceAll(' ', '')}`)),
    });
    const key = ({ url, host, scheme, tenant, cookie }: typeof parts extends fc.Arbitrary<infer T> ? T : never) =>
      keyOf(
        { ...(tenant !== null && { 'x-tenant': tenant }), ...(cookie !== null && { cookie }) },
        { url, host, scheme },
      );
    const normal = (one: { tenant: string | null }) => ({
      ...one,
      tenant:
        one.tenant
          ?.split(',')
          .map((element) => element.trim())
          .join(',') ?? null,
    });
    fc.assert(
      fc.property(
        parts,
        parts,
        fc.subarray(['url', 'host', 'scheme', 'tenant', 'cookie'] as const),
        (one, other, names) => {
          const changed = { ...one, ...Object.fromEntries(names.map((name) => [name, other[name]])) };
          const equal = JSON.stringify(normal(one)) === JSON.stringify(normal(changed));
          expect(key(one) === key(changed)).toBe(equal);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the key of what the responses of a path do not differ by', () => {
  const rule = (url: string, changes: Parameters<typeof request>[1] = {}) => searchRuleKey(request({}, changes), url);

  it('is the same for all queries of a path in a host, and no other', () => {
    expect(rule('/a?x=1')).toBe(rule('/a?y'));
    expect(rule('/a?x=1', { host: 'A.EXAMPLE' })).toBe(rule('/a?x=1'));
    expect(rule('/a?x=1')).not.toBe(rule('/b?x=1'));
    expect(rule('/a?x=1', { host: 'b.example' })).not.toBe(rule('/a?x=1'));
    expect(rule('/a?x=1', { scheme: 'https' })).not.toBe(rule('/a?x=1'));
  });

  it('is no key of a request', () => {
    expect(rule('/a?x')).not.toBe(keyOf({}, { url: '/a' }, policyOf()));
    expect(rule('/a?x').startsWith('/')).toBe(false);
  });
});
