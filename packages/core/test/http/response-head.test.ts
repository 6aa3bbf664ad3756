import { describe, expect, it } from 'vitest';
import type { ResponsePolicy } from '../../src/http/policy.ts';
import { declaredLength, judge, toResponseHead } from '../../src/http/response-head.ts';
import { request } from './support/engine.ts';
import { NOW, policyOf } from './support/rules.ts';

function judged(
  headers: string[],
  { read = [] as string[], bytes = 0, ...policy }: ResponsePolicy & { read?: string[]; bytes?: number } = {},
) {
  const resolved = policyOf(policy);
  const answer = { request: request(), status: 200, headers, requestedAt: NOW, receivedAt: NOW };
  return judge(toResponseHead(answer, { set: headers, removed: [] }, resolved), read, bytes, resolved);
}

describe('a response is judged', () => {
  it('by the rules first, then by what the handler read, its size and its lifetime', () => {
    const all = { read: ['x-key'], bytes: 9, maxBodyBytes: 5, maxAge: 0 };
    expect(judged(['Cache-Control', 'private'], all).refused).toBe('private');
    expect(judged([], all).refused).toBe('read:x-key');
    expect(judged([], { ...all, read: [] }).refused).toBe('size');
    expect(judged([], { ...all, read: [], bytes: 5 }).refused).toBe('expired');
    expect(judged([], { bytes: 5, maxBodyBytes: 5 }).refused).toBeUndefined();
  });

  it('by the length that it declares before it has it', () => {
    expect(judged(['Content-Length', '6'], { maxBodyBytes: 5 }).refused).toBe('size');
    expect(judged(['Content-Length', '5'], { maxBodyBytes: 5 }).refused).toBeUndefined();
    expect(declaredLength(['content-length', '5'])).toBe(5);
    expect(declaredLength([])).toBeUndefined();
    expect(declaredLength(['Content-Length', '5, 5'])).toBeNaN();
  });

  it('to differ by the fields of Vary and those that the handler read, but not by those of the key', () => {
    expect(judged(['Vary', 'X-B, Accept'], { read: ['accept-language', 'accept', 'x-b'] })).toEqual({
      refused: undefined,
      vary: ['accept', 'accept-language', 'x-b'],
    });
    expect(judged([], { read: ['x-a'], headers: ['X-A'] }).refused).toBeUndefined();
    expect(judged(['Vary', 'Cookie, Host, Authorization']).vary).toEqual([]);
    expect(judged(['Vary', 'Cookie, Host', 'Cache-Control', 'max-age=9'], { mode: 'standard' }).vary).toEqual([
      'cookie',
    ]);
  });

  it.each<[string, string[], ResponsePolicy, boolean]>([
    ['fresh', ['Cache-Control', 'max-age=1'], {}, true],
    ['never fresh', ['Cache-Control', 'max-age=0'], {}, false],
    ['to be used while it is made anew', ['Cache-Control', 'max-age=0, stale-while-revalidate=1'], {}, true],
    ['to be used instead of an error', ['Cache-Control', 'max-age=0, stale-if-error=1'], {}, true],
    ['to be validated', ['Cache-Control', 'max-age=0', 'ETag', '"a"'], { keepStale: 1 }, true],
    ['to be validated by nothing', ['Cache-Control', 'max-age=0'], { keepStale: 1 }, false],
    ['always to be validated', ['Cache-Control', 'no-cache, max-age=9', 'ETag', '"a"'], {}, true],
    ['always to be validated, by nothing', ['Cache-Control', 'no-cache, max-age=9'], {}, false],
    ['already too old', ['Cache-Control', 'max-age=5, stale-while-revalidate=5', 'Age', '10'], {}, false],
    ['not quite too old', ['Cache-Control', 'max-age=5, stale-while-revalidate=5', 'Age', '9'], {}, true],
  ])('worth storing if it is %s', (_what, headers, policy, worth) => {
    const { refused } = judged(headers, { mode: 'standard', staleIfUnreachable: 0, ...policy });
    expect(refused).toBe(worth ? undefined : 'expired');
  });
});
