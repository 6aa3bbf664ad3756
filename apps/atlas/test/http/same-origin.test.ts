import { expect, test } from 'vitest';
import { isSameOrigin } from '../../src/http/same-origin.ts';

const host = 'atlas.example:3000';

test.each([
  ['a form of this site', { host, 'sec-fetch-site': 'same-origin', origin: `http://${host}` }],
  ['an older browser', { host, origin: `http://${host}` }],
  ['a program', { host }],
])('%s may send forms', (_who, headers) => {
  expect(isSameOrigin(headers)).toBe(true);
});

test.each([
  ['another site', { host, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['a neighbour domain', { host, 'sec-fetch-site': 'same-site' }],
  ['another site in an older browser', { host, origin: 'https://evil.example' }],
  ['another port', { host, origin: 'http://atlas.example:3001' }],
  ['a sandboxed frame', { host, origin: 'null' }],
])('%s may not', (_who, headers) => {
  expect(isSameOrigin(headers)).toBe(false);
});
