import { describe, expect, test } from 'vitest';
import { hopByHop } from '../src/forward/hop-by-hop.ts';
import { type PassingOn, requestFields } from '../src/forward/request-fields.ts';
import { responseFields } from '../src/forward/response-fields.ts';
import { targetOf } from '../src/forward/target.ts';

const arrival = { client: '192.0.2.1', host: 'example.com', scheme: 'https', httpVersion: '1.1' } as const;
const passing: PassingOn = { forwarded: 'replace', via: 'here', host: undefined };

function passed(fields: Parameters<typeof requestFields>[0], how: Partial<PassingOn> = {}): Record<string, string> {
  const flat = requestFields(fields, arrival, { ...passing, ...how });
  return Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : [])) as [string, string][],
  );
}

test('hop-by-hop fields are the usual ones and those that Connection lists', () => {
  const names = hopByHop('close, X-Secret ,, Host, Content-Length');
  for (const name of ['connection', 'te', 'keep-alive', 'proxy-authorization', 'upgrade', 'x-secret']) {
    expect([name, names.has(name)]).toEqual([name, true]);
  }
  expect([names.has('host'), names.has('content-length'), names.has('')]).toEqual([false, false, false]);
});

describe('the fields of a request', () => {
  test('pass, but for those of this connection', () => {
    const fields = {
      accept: 'a',
      connection: 'x-mine',
      'x-mine': '1',
      expect: '100-continue',
      te: 'trailers',
      host: 'client',
    };
    expect(passed(fields)).toEqual({
      accept: 'a',
      host: 'example.com',
      via: '1.1 here',
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-host': 'example.com',
      'x-forwarded-proto': 'https',
    });
  });

  const claimed = {
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-host': 'evil',
    'x-forwarded-proto': 'ftp',
    forwarded: 'for=x',
  };

  test('do not pass what a stranger claims about where it came from', () => {
    expect(passed(claimed)).toMatchObject({ 'x-forwarded-for': '192.0.2.1', 'x-forwarded-host': 'example.com' });
    expect(passed(claimed)['forwarded']).toBeUndefined();
  });

  test('pass what a trusted proxy says, with its own address added', () => {
    expect(passed(claimed, { forwarded: 'append' })).toMatchObject({
      'x-forwarded-for': '203.0.113.9, 192.0.2.1',
      'x-forwarded-host': 'evil',
      'x-forwarded-proto': 'ftp',
    });
  });

  test('are left alone where they are off', () => {
    expect(passed(claimed, { forwarded: 'off' })).toEqual({ ...claimed, host: 'example.com', via: '1.1 here' });
    expect(passed({}, { forwarded: 'off', host: 'origin:80' })).toEqual({ host: 'origin:80', via: '1.1 here' });
  });

  test('get another Via', () => {
    expect(passed({ via: '1.0 before' })['via']).toBe('1.0 before, 1.1 here');
  });
});

test('the fields of a response pass line by line, but for those of the connection', () => {
  const raw = [
    ['Age', '1'],
    ['Connection', 'X-Gone'],
    ['X-Gone', '1'],
    ['age', '2'],
    ['Keep-Alive', 'timeout=5'],
    ['Transfer-Encoding', 'chunked'],
    ['VIA', '1.1 before'],
  ] as const;
  expect([...responseFields(raw, 'here')]).toEqual([
    ['Age', ['1', '2']],
    ['VIA', ['1.1 before', '1.1 here']],
  ]);
});

test.each([
  ['/a?b', { path: '/a?b', host: undefined }],
  ['//a', { path: '//a', host: undefined }],
  ['http://example.com:81/a?b', { path: '/a?b', host: 'example.com:81' }],
  ['HTTP://example.com', { path: '/', host: 'example.com' }],
  ['http://example.com?b', { path: '/?b', host: 'example.com' }],
  ['http://user@example.com/', undefined],
  ['*', undefined],
  ['example.com:443', undefined],
])('the target %s', (url, target) => {
  expect(targetOf(url)).toEqual(target);
});
