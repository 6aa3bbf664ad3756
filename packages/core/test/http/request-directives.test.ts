import { describe, expect, it } from 'vitest';
import { NO_DEMANDS, requestDemands } from '../../src/http/request-directives.ts';

describe('what a request demands', () => {
  it.each<[string | undefined, object]>([
    [undefined, {}],
    ['', {}],
    ['nothing-to-see-here', {}],
    ['public, immutable', {}],
    ['no-cache', { validated: true }],
    ['No-Cache="x"', { validated: true }],
    ['max-age=60', { maxAge: 60 }],
    ['max-age=60, max-age=5', { maxAge: 5 }],
    ['max-age=x', { maxAge: 0 }],
    ['max-age', { maxAge: 0 }],
    ['min-fresh=9', { minFresh: 9 }],
    ['max-stale', { maxStale: Infinity }],
    ['max-stale=9', { maxStale: 9 }],
    ['max-stale=x', { maxStale: 0 }],
    ['only-if-cached', { onlyIfCached: true }],
    ['only-if-cached, max-stale=5', { onlyIfCached: true, maxStale: 5 }],
  ])('is with %j %j', (cacheControl, demands) => {
    expect(requestDemands(cacheControl, undefined)).toEqual({ ...NO_DEMANDS, ...demands });
  });

  it.each([
    ['no-cache', true],
    ['foo, No-Cache', true],
    ['foo', false],
    ['x-no-cache', false],
    ['', false],
  ])('is with Pragma: %s to validate: %s', (pragma, validated) => {
    expect(requestDemands(undefined, pragma).validated).toBe(validated);
  });

  it('does not lie in Pragma where there is Cache-Control', () => {
    expect(requestDemands('max-age=60', 'no-cache').validated).toBe(false);
    expect(requestDemands('', 'no-cache').validated).toBe(false);
  });
});
