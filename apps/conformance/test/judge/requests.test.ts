import { expect, test } from 'vitest';
import { ResponseFields } from '../../src/client/send.ts';
import { judgeRequests } from '../../src/judge/requests.ts';
import type { SeenRequest } from '../../src/origin/script.ts';
import type { TestRequest } from '../../src/suite/model.ts';

/** Judges a test whose first request was answered by the origin and whose second is the one in question. */
function verdict(
  request: TestRequest,
  arrived: Partial<SeenRequest> | undefined,
  lines: readonly string[] = [],
): string {
  const responses = [[], lines].map((raw) => ({
    status: 200,
    phrase: '',
    body: '',
    interim: [],
    fields: new ResponseFields(raw),
  }));
  const first = { number: 1, method: 'GET', fields: {}, checkedFields: [] };
  const seen = arrived === undefined ? [first] : [first, { ...first, number: 2, ...arrived }];
  const failure = judgeRequests([{}, request], responses, seen);
  return failure === undefined ? 'holds' : `${failure.kind}: ${failure.message}`;
}

test('a request that the cache answered is not looked for', () => {
  expect(verdict({ expected_type: 'cached', expected_method: 'HEAD' }, undefined)).toBe('holds');
});

test('a request that should reach the origin does, as itself', () => {
  const request: TestRequest = { expected_type: 'not_cached' };
  expect(verdict(request, {})).toBe('holds');
  expect(verdict(request, undefined)).toBe('assertion: Request 2 did not reach the origin');
  expect(verdict(request, { number: 3 })).toBe('assertion: Response 2 comes from cache (3 at the origin)');
  expect(verdict({ ...request, setup: true }, undefined)).toMatch(/^setup: /);
});

test.each([
  ['etag_validated', 'if-none-match'],
  ['lm_validated', 'if-modified-since'],
] as const)('%s needs %s', (expected_type, name) => {
  expect(verdict({ expected_type }, { fields: { [name]: 'x' } })).toBe('holds');
  expect(verdict({ expected_type }, {})).toBe(`assertion: Request 2 had no ${name}`);
});

test('fields and method of the request', () => {
  const arrived = { fields: { a: 'x' }, method: 'HEAD' };
  expect(verdict({ expected_request_headers: ['A', ['A', 'x']], expected_method: 'HEAD' }, arrived)).toBe('holds');
  expect(verdict({ expected_request_headers: ['B'] }, arrived)).toBe('assertion: Request 2 had no B');
  expect(verdict({ expected_request_headers: [['A', 'y']] }, arrived)).toBe('assertion: Request 2 had A "x", not "y"');
  expect(verdict({ expected_request_headers_missing: ['B', ['A', 'y']] }, arrived)).toBe('holds');
  expect(verdict({ expected_request_headers_missing: ['A'] }, arrived)).toMatch(/unexpected A "x"/);
  expect(verdict({ expected_request_headers_missing: [['A', 'x']] }, arrived)).toMatch(/unexpected A "x"/);
  expect(verdict({ expected_method: 'GET' }, arrived)).toBe('assertion: Request 2 had method HEAD, not GET');
});

test('what the origin sent has arrived', () => {
  const arrived = {
    checkedFields: [
      ['X-A', '1, 2'],
      ['Date', 'then'],
    ] as const,
  };
  expect(verdict({}, arrived, ['x-a', '1', 'x-a', '2'])).toBe('holds');
  expect(verdict({}, arrived, ['x-a', '1'])).toBe('setup: Response 2 has X-A "1", not "1, 2" as the origin sent it');
});
