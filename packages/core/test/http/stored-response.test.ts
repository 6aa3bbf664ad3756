import { describe, expect, it } from 'vitest';
import { headerOf } from '../../src/http/headers.ts';
import type { ResponsePolicy } from '../../src/http/policy.ts';
import { toResponseHead } from '../../src/http/response-head.ts';
import { confirmedFields, storedResponse } from '../../src/http/stored-response.ts';
import { request } from './support/engine.ts';
import { at, NOW, policyOf } from './support/rules.ts';
import { bytes, stored } from './support/stored.ts';

interface Given {
  readonly status?: number;
  readonly sent?: readonly string[];
  readonly body?: string;
  readonly vary?: readonly string[];
  readonly fields?: Record<string, string>;
}

function keep(own: readonly string[], given: Given = {}, options: ResponsePolicy = {}) {
  const { status = 200, sent = own, body = '0123456789', vary = [], fields = {} } = given;
  const policy = policyOf(options);
  const answer = { request: request(fields), status, headers: sent, requestedAt: NOW, receivedAt: NOW };
  const head = toResponseHead(answer, { set: own, removed: ['x-gone'] }, policy);
  return storedResponse(head, bytes(body), { policy, vary, entityTag: (made) => `"${made.length}"`, fillDuration: 7 });
}

const STANDARD = { mode: 'standard' } as const;
const DATE = ['Date', at(0)];
const ALWAYS_IF_ASKED = { ifError: 0, ifLost: 0, ifAsked: Infinity };

describe('a response is stored', () => {
  it('with what the handler set, and what tells clients how to use it', () => {
    expect(keep(['X-A', '1', 'X-A', '2'], { sent: ['X-Above', '0', 'X-A', '1', 'X-A', '2'] })).toEqual({
      ...stored({ fillDuration: 7, removed: ['x-gone'], madeEntityTag: true, stale: ALWAYS_IF_ASKED }),
      completed: { names: ['cache-control'], before: [] },
      headers: ['X-A', '1', 'X-A', '2', 'Cache-Control', 'no-cache', ...DATE, 'ETag', '"10"'],
    });
  });

  it('in the standard mode as it is, with the date that it lacks', () => {
    expect(keep(['X-A', '1', 'Date', at(-9)], { vary: ['x-b'] }, STANDARD)?.headers).toEqual([
      'X-A',
      '1',
      'Date',
      at(-9),
    ]);
    expect(keep(['X-A', '1'], {}, STANDARD)).toMatchObject({ headers: ['X-A', '1', ...DATE], madeEntityTag: false });
  });

  it('with a longer Vary in the place of the one that it had', () => {
    expect(headerOf(keep(['Vary', 'X-A'], { vary: ['x-a', 'x-b'] })?.headers ?? [], 'vary')).toBe('X-A, x-b');
  });

  it('with the entity tag of the handler, and none for anything but a 200', () => {
    expect(keep(['ETag', 'W/"h"'])).toMatchObject({ madeEntityTag: false });
    expect(keep([], { status: 301 })).toMatchObject({ madeEntityTag: false });
  });

  it.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authentication-Info',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Age',
    'Cache-Status',
    'Content-Length',
    'Server-Timing',
  ])('without %s, which is not part of it', (name) => {
    for (const policy of [{}, STANDARD]) {
      expect(headerOf(keep([name, '10', 'X-A', '1'], {}, policy)?.headers ?? [], name.toLowerCase())).toBeUndefined();
    }
  });

  it('without what Connection names, even if that was set above the handler', () => {
    const own = ['X-Hop', '1', 'X-A', '1'];
    const kept = keep(own, { sent: ['Connection', 'close, X-Hop', ...own] }, STANDARD);
    expect(kept?.headers).toEqual(['X-A', '1', ...DATE]);
  });

  it('without the fields that only one user may have', () => {
    const control = ['Cache-Control', 'max-age=60, private="X-User", no-cache="Set-Cookie"'];
    const kept = keep([...control, 'X-User', 'ann', 'Set-Cookie', 'a=1', 'X-A', '1'], {}, STANDARD);
    expect(kept?.headers).toEqual([...control, 'X-A', '1', ...DATE]);
  });

  it('with what a part is of, and which range it was the answer to', () => {
    const range = ['Content-Range', 'bytes 2-4/10'];
    const given = { status: 206, body: '234', fields: { range: 'bytes=2-4' } };
    expect(keep(range, given, STANDARD)).toMatchObject({
      status: 206,
      part: { first: 2, last: 4, total: 10 },
      rangeAsked: 'bytes=2-4',
    });
    expect(keep(range, { ...given, body: '2' }, STANDARD)).toBeDefined();
    expect(keep([], { fields: { range: 'bytes=2-4' } }, STANDARD)).toMatchObject({
      part: undefined,
      rangeAsked: undefined,
    });
  });

  it('not if its body is longer than its part', () => {
    expect(keep(['Content-Range', 'bytes 2-4/10'], { status: 206, body: '2345' }, STANDARD)).toBeUndefined();
  });
});

describe('the fields after a 304', () => {
  it('have the date of the 304, or when it came', () => {
    const before = stored({ headers: ['Date', at(-60), 'X-A', '1'] });
    expect(confirmedFields(before, ['Date', at(-5)], NOW)).toEqual(['X-A', '1', 'Date', at(-5)]);
    expect(confirmedFields(before, ['X-A', '2'], NOW)).toEqual(['X-A', '2', ...DATE]);
  });

  it('have the age of the 304, by which the response is as old as that', () => {
    expect(confirmedFields(stored(), ['Age', '7', 'Content-Length', '0', 'Server-Timing', 'x'], NOW)).toEqual([
      'Age',
      '7',
      ...DATE,
    ]);
  });
});
