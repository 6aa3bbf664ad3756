import { describe, expect, it } from 'vitest';
import type { Fill } from '../../src/http/fill.ts';
import type { ResponsePolicy } from '../../src/http/policy.ts';
import type { HeadVerdict } from '../../src/http/response-sink.ts';
import { testCache } from '../support/test-cache.ts';
import { answer, engine, fillOf, request, told } from './support/engine.ts';
import { bytes } from './support/stored.ts';

const MAX_AGE = ['Cache-Control', 'max-age=10'];

/** A fill over what was stored before, which is stale if it is no part. */
function over(first: { status?: number; headers?: string[] }, policy: ResponsePolicy = {}) {
  const { cache, clock } = testCache();
  const http = engine(cache, { mode: 'standard', ...policy });
  const range: Record<string, string> = first.status === 206 ? { range: 'bytes=0-4' } : {};
  answer(fillOf(http.lookup(request(range))), '01234', { headers: MAX_AGE, ...first });
  if (first.status !== 206) clock.advance(20_000);
  return { http, fill: fillOf(http.lookup(request())), lookup: () => http.lookup(request()) };
}

const head = (fill: Fill, status: number, headers: string[] = []): HeadVerdict =>
  fill.head(status, headers, { set: headers, removed: [] });

const PART = { status: 206, headers: [...MAX_AGE, 'ETag', '"a"', 'Content-Range', 'bytes 0-4/10'] };
const REST = ['ETag', '"a"', 'Content-Range', 'bytes 5-9/10', ...MAX_AGE];

describe('a head', () => {
  it.each([
    [200, MAX_AGE, 'send'],
    [304, [], 'answer'],
    [304, ['ETag', '"b"'], 'again'],
    [404, [], 'send'],
    [502, [], 'answer'],
    [500, [], 'send'],
  ])('%i %j over something stale: %s', (status, headers, kind) => {
    const { fill } = over({ headers: [...MAX_AGE, 'ETag', '"a"'] });
    expect(head(fill, status, headers).kind).toBe(kind);
  });

  it.each([
    [200, MAX_AGE, 'send'],
    [206, REST, 'hold'],
    [206, ['ETag', '"b"', 'Content-Range', 'bytes 5-9/10', ...MAX_AGE], 'again'],
    [203, REST, 'again'],
    [416, [], 'again'],
    [304, [], 'again'],
    [499, [], 'again'],
    [500, [], 'send'],
  ])('%i %j over a part that it should complete: %s', (status, headers, kind) => {
    expect(head(over(PART).fill, status, headers).kind).toBe(kind);
  });

  it('is sent where nothing was asked for by this cache', () => {
    const { cache } = testCache();
    const http = engine(cache, { mode: 'standard' });
    for (const status of [200, 206, 304, 416, 500]) {
      expect(head(fillOf(http.lookup(request({}, { url: `/${status}` }))), status, REST).kind).toBe('send');
    }
  });

  it('of a run whose first head was of no use is sent, whatever it says', () => {
    const { fill } = over({ headers: [...MAX_AGE, 'ETag', '"a"'] });
    const verdict = head(fill, 304, ['ETag', '"b"']);
    const again = verdict.kind === 'again' ? verdict.fill : fill;
    expect([...again.fields.values()].every((value) => value === undefined)).toBe(true);
    expect(head(again, 304, ['ETag', '"b"']).kind).toBe('send');
  });

  it('after the end changes nothing', () => {
    const { fill, lookup } = over({ headers: [...MAX_AGE, 'ETag', '"a"'] });
    answer(fill, 'page', { headers: MAX_AGE });
    head(fill, 200, ['Cache-Control', 'private']);
    head(fill, 304);
    head(fill, 502);
    expect(told(lookup() as never)).toBe('page');
  });
});

describe('an end', () => {
  it('tells what goes out instead of what was held', () => {
    const { fill, lookup } = over(PART);
    head(fill, 206, REST);
    fill.chunk(bytes('56789'));
    expect(fill.end()).toMatchObject({ kind: 'answer', response: { status: 200, body: bytes('0123456789') } });
    expect(fill.end()).toBeUndefined();
    expect(told(lookup() as never)).toBe('0123456789');
  });

  it.each(['567', '567890'])('asks for another run if what was held is not as long as it says: %j', (body) => {
    const { fill } = over(PART);
    head(fill, 206, REST);
    fill.chunk(bytes(body));
    expect(fill.end()?.kind).toBe('again');
  });

  it('asks for another run, once, if what was held is larger than what may be stored', () => {
    const { fill } = over(PART, { maxBodyBytes: 10 });
    head(fill, 206, REST);
    fill.chunk(bytes('5678901234567890'));
    expect(fill.end()?.kind).toBe('again');
    expect(fill.end()).toBeUndefined();
  });

  it('asks for another run if the handler gave up what was held', () => {
    const { fill } = over(PART);
    head(fill, 206, REST);
    fill.abandon();
    expect(fill.end()?.kind).toBe('again');
  });

  it('says nothing where everything went out', () => {
    const { fill } = over({ headers: [...MAX_AGE, 'ETag', '"a"'] });
    head(fill, 200, MAX_AGE);
    expect(fill.end()).toBeUndefined();
  });
});
