import { describe, expect, it } from 'vitest';
import { testCache } from '../support/test-cache.ts';
import { answer, engine, fillOf, request } from './support/engine.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a fill', () => {
  function open(policy = {}) {
    const { cache, clock } = testCache();
    const http = engine(cache, policy);
    return { clock, fill: fillOf(http.lookup(request())), lookup: () => http.lookup(request()) };
  }

  it('stores a copy of each piece, in order', () => {
    const { fill, lookup } = open();
    const memory = bytes('ab');
    fill.head(200, [], { set: [], removed: [] });
    fill.chunk(memory);
    memory.set(bytes('cd'));
    fill.chunk(memory.subarray(0, 1));
    memory.fill(0);
    fill.end();

    expect(lookup()).toMatchObject({ kind: 'hit', response: { body: bytes('abc') } });
  });

  it('stores nothing without a head or without an end', () => {
    const headless = open();
    headless.fill.chunk(bytes('x'));
    headless.fill.end();
    const endless = open();
    endless.fill.head(200, [], { set: [], removed: [] });
    endless.fill.chunk(bytes('x'));

    expect(headless.lookup()).toBeInstanceOf(Promise);
    expect(endless.lookup()).toBeInstanceOf(Promise);
  });

  it('ends once: what comes after its end or its abandonment changes nothing', () => {
    const ended = open();
    answer(ended.fill, 'page');
    ended.fill.abandon();
    ended.fill.chunk(bytes('more'));
    ended.fill.end();
    const abandoned = open();
    abandoned.fill.abandon();
    answer(abandoned.fill, 'page');

    expect(ended.lookup()).toMatchObject({ kind: 'hit', response: { body: bytes('page') } });
    expect(abandoned.lookup()).toMatchObject({ kind: 'miss' });
  });

  it.each([
    ['9', false],
    ['10', true],
    ['11', false],
    ['ten', false],
    ['', false],
  ])('with `Content-Length: %s` and ten bytes is stored: %s', (length, stored) => {
    const { fill, lookup } = open();
    answer(fill, '0123456789', { headers: ['Content-Length', length] });

    expect(lookup()).toMatchObject({ kind: stored ? 'hit' : 'miss' });
  });

  it('keeps nobody waiting once it is larger than what may be stored', () => {
    const { fill, lookup } = open({ maxBodyBytes: 3 });
    fill.head(200, [], { set: [], removed: [] });
    fill.chunk(bytes('abc'));
    expect(lookup()).toBeInstanceOf(Promise);
    fill.chunk(bytes('d'));
    expect(lookup()).toMatchObject({ kind: 'miss' });
  });

  it('judges again at its end, by what the handler has read since the head', () => {
    const { fill, lookup } = open();
    const verdict = fill.head(200, [], { set: [], removed: [] });
    fill.inputs.add('x-api-key');
    fill.end();

    expect(verdict).toMatchObject({ kind: 'send', additions: { status: 'fwd=uri-miss; stored' } });
    expect(lookup()).toMatchObject({ kind: 'miss' });
  });

  it('takes a second head for the one that counts, because the first was never sent', () => {
    const { fill, lookup } = open();
    fill.head(200, [], { set: [], removed: [] });
    answer(fill, 'sorry', { status: 500 });

    expect(lookup()).toMatchObject({ kind: 'miss' });
  });

  it('says to clients only what it does itself', () => {
    const tell = (policy: object, headers: string[], read: string[] = [], status = 200) => {
      const { cacheControl, vary, status: text } = answer(open(policy).fill, '', { headers, read, status });
      return [text, cacheControl, vary];
    };

    expect(tell({}, [])).toEqual(['fwd=uri-miss; stored', 'no-cache', undefined]);
    expect(tell({ clientMaxAge: 'forever' }, [])[1]).toBe('max-age=2147483648');
    expect(tell({ clientMaxAge: 999 }, [])[1]).toBe('no-cache');
    expect(tell({ cookies: [] }, [])[1]).toBe('no-cache');
    expect(tell({ cookies: ['a'] }, []).slice(1)).toEqual(['private, no-cache', 'cookie']);
    expect(tell({ headers: ['X-B', 'X-A'] }, ['Vary', 'Origin'], ['accept'])[2]).toBe('Origin, accept, x-a, x-b');
    expect(tell({}, ['Vary', 'Accept'], ['accept'])[2]).toBeUndefined();
    expect(tell({}, ['Cache-Control', 'public'])[1]).toBeUndefined();
    expect(tell({}, ['Expires', '0'])).toEqual(['fwd=uri-miss; detail=expired', undefined, undefined]);
    expect(tell({}, [], ['x-api-key'])).toEqual([
      'fwd=uri-miss; detail=read:x-api-key',
      'private, no-cache',
      undefined,
    ]);
    expect(tell({}, [], [], 500)).toEqual(['fwd=uri-miss; detail=status', undefined, undefined]);
    expect(tell({ maxAge: 0 }, [])[0]).toBe('fwd=uri-miss; detail=expired');
    expect(tell({ maxBodyBytes: 3 }, ['Content-Length', '4'])[0]).toBe('fwd=uri-miss; detail=size');
  });

  it('does not use a fresh response instead of an error if it must be validated each time', () => {
    const { fill, lookup } = open({ mode: 'standard', staleIfError: '1h' });
    answer(fill, 'page', { headers: ['Cache-Control', 'max-age=60, no-cache', 'ETag', '"v1"'] });

    const verdict = fillOf(lookup()).head(500, [], { set: [], removed: [] });

    expect(verdict).toMatchObject({ kind: 'send' });
  });

  it('uses a fresh response that a client wanted validated instead of an error', () => {
    const { cache } = testCache();
    const http = engine(cache, { mode: 'standard', staleIfError: '1h' });
    answer(fillOf(http.lookup(request())), 'page', { headers: ['Cache-Control', 'max-age=60', 'ETag', '"v1"'] });

    const asked = http.lookup(request({ 'cache-control': 'no-cache' }));

    expect(fillOf(asked).head(500, [], { set: [], removed: [] })).toMatchObject({ kind: 'answer' });
  });
});
