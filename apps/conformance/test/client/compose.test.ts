import { expect, test } from 'vitest';
import { compose } from '../../src/client/compose.ts';
import { ResponseFields } from '../../src/client/send.ts';
import type { TestRequest } from '../../src/suite/model.ts';

const previous = {
  status: 200,
  phrase: 'OK',
  fields: new ResponseFields(['Server-Now', String(Date.UTC(1994, 10, 6, 8, 49, 37))]),
  body: '',
  interim: [],
};

function fieldsOf(request: TestRequest, before = previous): Record<string, string> {
  const own = { id: 'one', name: 'One – “two”', requests: [request] };
  const { fields } = compose(own, request, { number: 2, url: 'http://cache/test/x', previous: before });
  return Object.fromEntries(fields.map(([name, value]) => [name.toLowerCase(), value]));
}

test('every request says which it is and carries what means nothing to a cache', () => {
  expect(fieldsOf({})).toEqual({
    accept: '*/*',
    'accept-language': '*',
    'user-agent': 'node',
    pragma: 'foo',
    'cache-control': 'nothing-to-see-here',
    'test-name': 'One ? ?two?',
    'test-id': 'one',
    'req-num': '2',
  });
});

test('directives of a test join the others, its preferences replace them', () => {
  const fields = fieldsOf({
    request_headers: [
      ['Cache-Control', 'no-cache'],
      ['ACCEPT-Language', 'de'],
      ['Foo', '1'],
      ['foo', '2'],
    ],
  });
  expect(fields['cache-control']).toBe('nothing-to-see-here, no-cache');
  expect(fields['accept-language']).toBe('de');
  expect(fields['foo']).toBe('1, 2');
});

test('dates count from the response before, in either form', () => {
  const request: TestRequest = { request_headers: [['If-Modified-Since', -37]], magic_ims: true };
  expect(fieldsOf(request)['if-modified-since']).toBe('Sun, 06 Nov 1994 08:49:00 GMT');
  const old = { ...request, rfc850date: ['if-modified-since'] };
  expect(fieldsOf(old)['if-modified-since']).toBe('Sunday, 06-Nov-94 08:49:00 GMT');
  expect(fieldsOf({ request_headers: [['If-Modified-Since', -37]] })['if-modified-since']).toBe('-37');
});

test('the URL is that of the test with what the request adds', () => {
  const own = { id: 'one', name: 'one', requests: [] };
  const position = { number: 1, url: 'http://cache/test/x', previous: undefined };
  expect(compose(own, { filename: 'a', query_arg: 'b=c', request_body: 'hi' }, position)).toMatchObject({
    method: 'GET',
    url: 'http://cache/test/x/a?b=c',
    body: 'hi',
  });
});
