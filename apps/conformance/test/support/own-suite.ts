import type { Group, Test, TestRequest } from '../../src/suite/model.ts';

const FRESH: TestRequest = { response_headers: [['Cache-Control', 'max-age=100']], setup: true };

/** Older than it may be, from the start: no test has to wait. */
const STALE: TestRequest = {
  response_headers: [
    ['Cache-Control', 'max-age=5'],
    ['Age', '10'],
    ['ETag', '"one"'],
  ],
  setup: true,
};

/** Small tests of our own that touch what the runner can do. */
export const OWN_SUITE: readonly Group[] = [
  group('reuse', [
    {
      id: 'fresh-is-reused',
      name: 'A fresh response is reused',
      kind: 'optimal',
      requests: [FRESH, { expected_type: 'cached' }],
    },
    {
      id: 'age-is-sent',
      name: 'A reused response has an Age',
      depends_on: ['fresh-is-reused'],
      requests: [
        FRESH,
        {
          expected_type: 'cached',
          expected_response_headers: ['Age', ['Age', '>', -1]],
          setup_tests: ['expected_type'],
        },
      ],
    },
    {
      id: 'no-store-is-kept',
      name: 'A response with no-store is not reused',
      requests: [{ response_headers: [['Cache-Control', 'no-store']], setup: true }, { expected_type: 'not_cached' }],
    },
    {
      id: 'queries-differ',
      name: 'Another query is another resource',
      depends_on: ['fresh-is-reused'],
      requests: [
        { ...FRESH, query_arg: 'a=1' },
        { query_arg: 'a=2', filename: 'other', expected_type: 'not_cached' },
      ],
    },
  ]),
  group('validation', [
    {
      id: 'stale-is-validated',
      name: 'A stale response is validated',
      kind: 'optimal',
      requests: [STALE, { expected_type: 'etag_validated', expected_request_headers: [['If-None-Match', '"one"']] }],
    },
    {
      id: 'condition-is-answered',
      name: 'A condition is answered with 304',
      kind: 'check',
      depends_on: ['fresh-is-reused'],
      requests: [
        {
          response_headers: [
            ['Cache-Control', 'max-age=100'],
            ['ETag', '"two"'],
          ],
          setup: true,
        },
        { request_headers: [['If-None-Match', '"two"']], expected_type: 'cached', expected_status: 304 },
      ],
    },
  ]),
  group('passing on', [
    {
      id: 'lost-origin',
      name: 'A lost origin is no stored response',
      requests: [
        {
          disconnect: true,
          expected_status: null,
          check_body: false,
          expected_response_headers_missing: ['server-request-count'],
        },
      ],
    },
    {
      id: 'hints-pass',
      name: 'Early hints pass',
      requests: [
        {
          interim_responses: [
            [
              103,
              [
                ['link', '</a.css>; rel=preload'],
                ['x-hint', 'yes'],
              ],
            ],
            [102],
          ],
          expected_interim_responses: [
            [
              103,
              [
                ['link', '</a.css>; rel=preload'],
                ['x-hint', 'yes'],
              ],
            ],
            [102],
          ],
          response_headers: [['Cache-Control', 'no-store']],
        },
      ],
    },
    {
      id: 'method-and-body-pass',
      name: 'An unusual method with a body passes, and lines stay apart',
      requests: [
        {
          request_method: 'M-SEARCH',
          request_body: 'what?',
          expected_method: 'M-SEARCH',
          expected_request_headers: ['Test-ID', ['content-type', 'text/plain;charset=UTF-8']],
          expected_request_headers_missing: ['X-Other', ['Test-ID', 'other']],
          response_status: [299, 'Odd'],
          response_headers: [
            ['X-Line', 'a'],
            ['X-Line', 'b'],
            ['Content-Location', 'here'],
          ],
          magic_locations: true,
          response_body: 'that',
          response_pause: 0.05,
          expected_response_headers: [
            ['X-Line', 'a, b'],
            ['Content-Location', '=', 'content-location'],
            ['Content-Location', 'here'],
          ],
          expected_response_headers_missing: [['X-Line', 'c'], 'X-Nothing'],
        },
      ],
    },
    {
      id: 'for-browsers',
      name: 'Not for proxies',
      browser_only: true,
      requests: [{ cache: 'no-cache' } as TestRequest],
    },
  ]),
];

function group(id: string, tests: readonly Test[]): Group {
  return { id, name: id, tests };
}
