import { describe, expect, test } from 'vitest';
import { type ClientResponse, ResponseFields } from '../../src/client/send.ts';
import { judgeResponse } from '../../src/judge/response.ts';
import type { TestRequest } from '../../src/suite/model.ts';

interface Received extends Partial<Omit<ClientResponse, 'fields'>> {
  readonly lines?: readonly string[];
}

/** Judges the second response of a test, which came from the origin unless it says otherwise. */
function verdict(request: TestRequest, { lines = ['Server-Request-Count', '2'], ...received }: Received = {}): string {
  const response = {
    status: 200,
    phrase: '',
    body: 'token',
    interim: [],
    ...received,
    fields: new ResponseFields(lines),
  };
  const failure = judgeResponse(request, 2, response, 'token');
  return failure === undefined ? 'holds' : `${failure.kind}: ${failure.message}`;
}

const cached = ['Server-Request-Count', '1'];

describe('where the response comes from', () => {
  test.each([
    ['cached', cached, 'holds'],
    ['cached', undefined, 'assertion: Response 2 does not come from cache'],
    ['cached', [], 'assertion: Response 2 does not come from cache'],
    ['not_cached', undefined, 'holds'],
    ['not_cached', cached, 'assertion: Response 2 comes from cache'],
    ['not_cached', [], 'assertion: Response 2 comes from cache'],
    ['etag_validated', cached, 'holds'],
  ] as const)('%s with %j: %s', (expected_type, lines, result) => {
    expect(verdict({ expected_type }, lines === undefined ? {} : { lines })).toBe(result);
  });

  test('a 304 without the count may come from cache', () => {
    const received = { lines: [], status: 304, body: '' };
    expect(verdict({ expected_type: 'cached', expected_status: 304 }, received)).toBe('holds');
  });

  test('a number that came twice makes the counts worthless', () => {
    expect(verdict({}, { lines: ['Request-Numbers', '1 2 2'] })).toBe('setup: retry');
  });
});

describe('the status', () => {
  test.each([
    [{}, 200, 'holds'],
    [{}, 500, 'setup: Response 2 status is 500, not 200'],
    [{}, 999, 'assertion: Request 2 should have been conditional, but it was not'],
    [{ response_status: [404, ''] }, 404, 'holds'],
    [{ response_status: [404, ''] }, 200, 'setup: Response 2 status is 200, not 404'],
    [{ expected_status: 304 }, 200, 'assertion: Response 2 status is 200, not 304'],
    [{ expected_status: null }, 504, 'holds'],
    [{ expected_status: 304, setup_tests: ['expected_status'] }, 200, 'setup: Response 2 status is 200, not 304'],
  ] as const)('%j and %i', (request, status, result) => {
    expect(verdict({ ...request, check_body: false }, { status })).toBe(result);
  });
});

describe('fields', () => {
  const received = {
    lines: [
      'Server-Now',
      String(Date.UTC(2020, 0, 1)),
      'Age',
      '3',
      'A',
      'x',
      'a',
      'y',
      'B',
      'x, y',
      'Server-Base-Url',
      '/u',
    ],
  };
  const expectation = (field: NonNullable<TestRequest['expected_response_headers']>[number]): string =>
    verdict({ expected_response_headers: [field] }, received);
  const refusal = (field: NonNullable<TestRequest['expected_response_headers_missing']>[number]): string =>
    verdict({ expected_response_headers_missing: [field] }, received);

  test('are there, equal, greater, or like another', () => {
    expect(expectation('age')).toBe('holds');
    expect(expectation('c')).toBe('assertion: Response 2 has no c');
    expect(expectation(['A', 'x, y'])).toBe('holds');
    expect(expectation(['A', 'x'])).toBe('assertion: Response 2 has A "x, y", not "x"');
    expect(expectation(['Age', '>', 2])).toBe('holds');
    expect(expectation(['Age', '>', 3])).toBe('assertion: Response 2 has Age "3", not more than 3');
    expect(expectation(['C', '>', 3])).toBe('assertion: Response 2 has no C');
    expect(expectation(['A', '=', 'B'])).toBe('holds');
    expect(expectation(['A', '=', 'Age'])).toBe('assertion: Response 2 has A "x, y", but Age "3"');
    expect(expectation(['Date', 1])).toBe(
      'assertion: Response 2 has Date "undefined", not "Wed, 01 Jan 2020 00:00:01 GMT"',
    );
  });

  test('are missing, or without a text', () => {
    expect(refusal('c')).toBe('holds');
    expect(refusal('age')).toBe('assertion: Response 2 has the unexpected age "3"');
    expect(refusal(['A', 'z'])).toBe('holds');
    expect(refusal(['A', 'y'])).toBe('assertion: Response 2 has the unexpected A "x, y"');
  });
});

describe('interim responses', () => {
  const hint = [103, [['Link', '<a>']]] as const;
  test('are those expected, with the fields expected', () => {
    const request: TestRequest = { expected_interim_responses: [[103, [['link', '<a>']]]] };
    expect(verdict(request, { interim: [hint] })).toBe('holds');
    expect(verdict(request)).toBe('assertion: Response 2 was preceded by none, not by 103');
    expect(verdict(request, { interim: [[103, []]] })).toBe(
      'assertion: The 103 before response 2 has link "undefined", not "<a>"',
    );
    expect(verdict(request, { interim: [hint, hint] })).toBe(
      'assertion: Response 2 was preceded by 103, 103, not by 103',
    );
  });

  test('none are expected where the list is empty, any where there is no list', () => {
    expect(verdict({ expected_interim_responses: [] }, { interim: [hint] })).toMatch(/^assertion/);
    expect(verdict({}, { interim: [hint] })).toBe('holds');
  });
});

describe('the body', () => {
  test.each([
    [{}, 'token', 'holds'],
    [{}, 'other', 'setup: Body 2 is "other", not "token"'],
    [{ check_body: false }, 'other', 'holds'],
    [{ request_method: 'HEAD' }, '', 'holds'],
    [{ response_body: 'own' }, 'own', 'holds'],
    [{ response_body: 'own' }, 'other', 'setup: Body 2 is "other", not "own"'],
    [{ response_body: null }, 'token', 'holds'],
    [{ expected_response_text: '01' }, '012', 'assertion: Body 2 is "012", not "01"'],
    [{ expected_response_text: null }, 'other', 'holds'],
    [{ response_status: [204, ''] }, '', 'holds'],
  ] as const)('%j and %j', (request, body, result) => {
    const status = 'response_status' in request ? request.response_status[0] : 200;
    expect(verdict(request, { body, status })).toBe(result);
  });
});
