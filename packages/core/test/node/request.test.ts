import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityTag } from '../../src/node/entity-tag.ts';
import { toHttpRequest } from '../../src/node/request.ts';
import { watchHeaders } from '../../src/node/request-view.ts';

function message(headers: Record<string, string | string[]> = {}, socket = new Socket()): IncomingMessage {
  const made = new IncomingMessage(socket);
  made.method = 'GET';
  made.headers = headers;
  made.rawHeaders = Object.entries(headers).flatMap(([name, value]) => [name, String(value)]);
  return made;
}

const FACTS = { url: '/', identified: false };

describe('a Node request as the engine sees it', () => {
  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ 'content-length': '0' }, false],
    [{ 'content-length': '1' }, true],
    [{ 'content-length': '00' }, true],
    [{ 'content-length': '' }, true],
    [{ 'transfer-encoding': 'chunked' }, true],
    [{ 'transfer-encoding': '' }, true],
    [{ 'content-type': 'text/plain' }, false],
  ])('with %j has a body: %s', (headers, hasBody) => {
    expect(toHttpRequest(message(headers), FACTS).hasBody).toBe(hasBody);
  });

  it('has fields of text only', () => {
    const { header } = toHttpRequest(message({ accept: 'a', 'set-cookie': ['a', 'b'] }), FACTS);
    expect(['accept', 'set-cookie', 'missing'].map(header)).toEqual(['a', 'a, b', undefined]);
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) expect(header(name)).toBeUndefined();
  });

  it('is of somebody known if the connection is: a client certificate was checked', () => {
    const checked = Object.assign(new Socket(), { encrypted: true, authorized: true });
    const unchecked = Object.assign(new Socket(), { encrypted: true, authorized: false });
    const known = { identified: false, certified: true };
    expect(toHttpRequest(message({}, checked), FACTS)).toMatchObject(known);
    expect(toHttpRequest(message({}, unchecked), FACTS)).toMatchObject({ ...known, certified: false });
    expect(toHttpRequest(message(), { ...FACTS, identified: true })).toMatchObject({
      identified: true,
      certified: false,
    });
  });

  it('knows whether it came encrypted, and a missing Host', () => {
    const encrypted = Object.assign(new Socket(), { encrypted: true });
    expect(toHttpRequest(message({}, encrypted), FACTS)).toMatchObject({ scheme: 'https', host: '' });
    expect(toHttpRequest(message({ host: 'a' }), FACTS)).toMatchObject({ scheme: 'http', host: 'a' });
  });
});

describe('a watched request', () => {
  function watched(headers: Record<string, string>, cookies?: readonly string[]) {
    const made = message(headers);
    const read = new Set<string>();
    watchHeaders(made, read, cookies, new Map());
    return { made, read };
  }

  it.each<[string, (request: IncomingMessage) => unknown, string[]]>([
    ['nothing', () => undefined, []],
    ['a property', (request) => request.headers.accept, ['accept']],
    ['a property in capitals', (request) => request.headers['ACCEPT'], ['accept']],
    ['in', (request) => 'accept' in request.headers, ['accept']],
    ['hasOwn', (request) => Object.hasOwn(request.headers, 'accept'), ['accept']],
    ['destructuring', ({ headers: { accept } }) => accept, ['accept']],
    ['keys', (request) => Reflect.ownKeys(request.headers), ['*']],
    ['inspect', (request) => inspect(request.headers), ['*']],
    ['rawHeaders', (request) => request.rawHeaders.length, ['*']],
    ['headersDistinct', (request) => request.headersDistinct['accept'], ['*']],
  ])('notes what is looked at: %s', (_what, look, expected) => {
    const { made, read } = watched({ accept: 'a/b' });
    look(made);
    expect([...read]).toEqual(expected);
  });

  it('notes a rest of fields as all of them', () => {
    const { made, read } = watched({ accept: 'a/b', 'x-a': '1' });
    const { accept, ...rest } = made.headers;
    expect([accept, rest]).toEqual(['a/b', { 'x-a': '1' }]);
    expect(read.has('*')).toBe(true);
  });

  it('hides conditions, ranges, directives and undeclared cookies, and shows the rest', () => {
    const headers = { accept: 'a/b', cookie: 'a=1; b=2', range: 'bytes=0-', 'if-none-match': '"a"', 'x-a': '1' };
    expect({ ...watched(headers, ['b']).made.headers }).toEqual({ accept: 'a/b', cookie: 'b=2', 'x-a': '1' });
    expect({ ...watched(headers, []).made.headers }).toEqual({ accept: 'a/b', 'x-a': '1' });
  });

  it('lets a handler change its own view without changing what the key is made of', () => {
    const made = message({ accept: 'a/b' });
    const { header } = toHttpRequest(made, FACTS);
    watchHeaders(made, new Set(), undefined, new Map());
    made.headers.accept = 'changed';
    delete made.headers.accept;
    made.headers = {};
    expect(header('accept')).toBe('a/b');
  });

  it('under another watch tells that one the same and shows no more than that one does', () => {
    const made = message({ accept: 'a/b', cookie: 'a=1; b=2' });
    const [outer, inner] = [new Set<string>(), new Set<string>()];
    watchHeaders(made, outer, ['a'], new Map());
    watchHeaders(made, inner, ['a', 'b'], new Map());
    expect([...outer]).toEqual([]);

    expect(made.headers.cookie).toBe('a=1');
    expect(made.headers.accept).toBe('a/b');
    expect([[...outer], [...inner]]).toEqual([
      ['cookie', 'accept'],
      ['cookie', 'accept'],
    ]);
    expect(made.rawHeaders).toEqual(['accept', 'a/b', 'cookie', 'a=1; b=2']);
    expect([outer.has('*'), inner.has('*')]).toEqual([true, true]);
  });
});

describe('an entity tag', () => {
  it('is a strong one, equal for equal bytes and different for others', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
        expect(entityTag(left)).toMatch(/^"[\w-]{22}"$/);
        expect(entityTag(left) === entityTag(right)).toBe(Buffer.from(left).equals(Buffer.from(right)));
      }),
    );
  });
});
