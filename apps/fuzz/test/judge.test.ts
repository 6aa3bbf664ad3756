import { describe, expect, it } from 'vitest';
import { judge } from '../src/headers/rules/judge.ts';
import type { Line, Seen, Trial } from '../src/headers/trial.ts';

const NOW = Date.UTC(2026, 0, 1);

interface Told {
  readonly mode?: 'safe' | 'standard';
  readonly given?: readonly Line[];
  readonly status?: number;
  readonly first?: readonly Line[];
  readonly second?: readonly Line[];
  readonly url?: string;
  readonly elapsed?: number;
  readonly seen?: Partial<Seen>;
}

/** What the judge says of a cache that stores everything and answers with it whoever asks. */
function faultOf({ mode = 'standard', given = [], status = 200, elapsed = 1_000, url = '/', ...told }: Told = {}) {
  const host: Line = ['Host', 'a.example'];
  const asked = (lines: readonly Line[] = []): Trial['first'] => ({ method: 'GET', url: '/', lines: [host, ...lines] });
  const trial: Trial = {
    setup: { name: mode, policy: { mode, maxAge: '60s' } },
    first: asked(told.first),
    given: { status, lines: given, body: '0123456789', reads: [] },
    elapsed,
    second: { ...asked(told.second), url },
    secondStatus: 200,
  };
  const age = String(Math.floor(elapsed / 1000));
  const stored: Seen = { status, lines: given, body: '0123456789', ran: true, cacheStatus: 'fwd=uri-miss; stored' };
  const reused: Seen = {
    ...stored,
    lines: [...given, ['Age', age]],
    ran: false,
    cacheStatus: 'hit; ttl=1',
    ...told.seen,
  };
  return judge(trial, stored, reused, NOW).fault;
}

const control = (value: string): Line => ['Cache-Control', value];

describe('the judge', () => {
  it('has nothing against a plain response that is stored and reused', () => {
    expect(faultOf()).toBeUndefined();
    expect(faultOf({ mode: 'safe', given: [control('max-age=60')] })).toBeUndefined();
    expect(faultOf({ given: [control('ext="no-store, private", max-age=60')] })).toBeUndefined();
  });

  it.each([
    'no-store',
    'NO-STORE',
    'max-age=60;no-store',
    '(no-store)',
    'no-store=1',
    'ext="a", no-store',
    'ext="a, no-store',
    'private',
    'x private y',
    'private=""',
    'private="',
  ])('objects to a store in spite of `%s`', (value) => {
    expect(faultOf({ given: [control(value)] })).toMatch(/^stored in spite of (no-store|private)$/);
  });

  it.each<[string, Told]>([
    ['must-understand', { given: [control('must-understand, max-age=9')], status: 299 }],
    ['no-store', { given: [control('no-store; must-understand, max-age=9')] }],
    ['no-store', { given: [control('max-age=9'), ['CDN-Cache-Control', 'no-store']] }],
    ['authorization', { first: [['Authorization', 'a']], given: [control('max-age=9; public')] }],
    ['set-cookie', { given: [['Set-Cookie', 'a=1']] }],
    ['vary', { given: [['Vary', 'accept, *']] }],
    ['content-range', { status: 206, given: [['Content-Range', 'bytes 5-4'], control('public')] }],
    ['status', { status: 500 }],
    ['no-store of the request', { first: [control('max-age=0,, No-Store')] }],
    ['cookie', { mode: 'safe', first: [['Cookie', 'a=1']] }],
    ['no-cache', { mode: 'safe', given: [control('no-cache="x"')] }],
    ['pragma', { mode: 'safe', given: [['Pragma', 'no-cache']] }],
  ])('objects to a store in spite of %s', (why, told) => {
    expect(faultOf(told)).toBe(`stored in spite of ${why}`);
  });

  it.each<[string, Told]>([
    ['another url', { url: '/other' }],
    ['another accept', { given: [['Vary', 'Accept']], first: [['Accept', 'a']] }],
    ['stale by 1', { given: [control('max-age=60')], elapsed: 61_000 }],
    [
      'stale by 30',
      { given: [control('max-age=60'), ['Age', '30']], elapsed: 60_000, seen: { lines: [['Age', '90']] } },
    ],
    ['no-cache', { given: [control('no-cache, max-age=60')] }],
    ['field x-secret', { given: [control('private="x-secret", max-age=60'), ['X-Secret', 'ann']] }],
    [
      'field x-secret',
      {
        given: [
          ['Connection', 'x-secret'],
          ['X-Secret', 'ann'],
        ],
      },
    ],
    ['age too young', { elapsed: 5_000, seen: { lines: [['Age', '4']] } }],
    ['body', { seen: { body: 'something else' } }],
    ['304', { given: [['ETag', '"a"']], second: [['If-None-Match', '"b"']], seen: { status: 304, body: '' } }],
    ['a part for who asked for all', { seen: { status: 206, body: '0' } }],
    [
      'if-range',
      {
        given: [['ETag', 'W/"a"']],
        second: [
          ['Range', 'bytes=0-0'],
          ['If-Range', 'W/"a"'],
        ],
        seen: { status: 206, body: '0' },
      },
    ],
  ])('objects to an answer from the cache: %s', (why, told) => {
    expect(faultOf(told)).toBe(`reused: ${why}`);
  });
});
