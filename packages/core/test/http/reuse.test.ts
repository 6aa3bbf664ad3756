import { describe, expect, it } from 'vitest';
import { createEntry } from '../../src/entry.ts';
import type { StoredResponse } from '../../src/http/records.ts';
import { NO_DEMANDS, type RequestDemands } from '../../src/http/request-directives.ts';
import { ageAt, isNewEnough, useOf } from '../../src/http/reuse.ts';
import { NOW } from './support/rules.ts';
import { stored } from './support/stored.ts';

/** Fresh for a minute, then of use for a minute while it is made anew; it came 10 seconds old. */
function entryOf(changes: Partial<Omit<StoredResponse, 'body'>> = {}) {
  const value = stored({ initialAge: 10_000, stale: { ifError: 0, ifLost: 0, ifAsked: 30_000 }, ...changes });
  const parts = { value, tags: [], position: 0, limitAt: Infinity, copyOnRead: false };
  return createEntry(parts, { ttl: 60_000, staleWhileRevalidate: 60_000, staleIfError: 0 }, NOW);
}

describe('a stored response', () => {
  it.each<[number, Partial<RequestDemands>, string]>([
    [0, {}, 'answer'],
    [59_999, {}, 'answer'],
    [60_000, {}, 'answer-and-refresh'],
    [119_999, {}, 'answer-and-refresh'],
    [120_000, {}, 'ask'],
    [0, { validated: true }, 'ask-as-wished'],
    [60_000, { validated: true }, 'ask'],
    [9_999, { maxAge: 20 }, 'answer'],
    [10_000, { maxAge: 20 }, 'ask-as-wished'],
    [30_000, { minFresh: 30 }, 'answer'],
    [30_001, { minFresh: 30 }, 'ask-as-wished'],
    [60_000, { maxAge: 999 }, 'ask'],
    [60_000, { minFresh: 1 }, 'ask'],
    [90_000, { maxStale: Infinity }, 'answer'],
    [90_001, { maxStale: Infinity, maxAge: 1 }, 'ask'],
    [70_000, { maxStale: 10 }, 'answer'],
    [70_001, { maxStale: 10 }, 'answer-and-refresh'],
    [70_000, { maxStale: 10, validated: true }, 'ask'],
  ])('%i ms after it came, with %j: %s', (after, demands, use) => {
    expect(useOf(entryOf(), { ...NO_DEMANDS, ...demands }, NOW + after)).toBe(use);
  });

  it('that is always validated is never used unasked', () => {
    for (const after of [0, 60_000]) {
      for (const demands of [NO_DEMANDS, { ...NO_DEMANDS, maxStale: Infinity }]) {
        expect(useOf(entryOf({ alwaysValidated: true }), demands, NOW + after)).toBe('ask');
      }
    }
  });

  it('is as old as it was when it came and the time since', () => {
    expect([ageAt(entryOf(), NOW), ageAt(entryOf(), NOW + 5), ageAt(entryOf(), NOW - 5)]).toEqual([
      10_000, 10_005, 10_000,
    ]);
  });
});

describe('a response that has just come is for one who waited', () => {
  it.each<[Partial<RequestDemands>, boolean]>([
    [{}, true],
    [{ validated: true }, true],
    [{ maxAge: 10 }, true],
    [{ maxAge: 9 }, false],
    [{ minFresh: 60 }, true],
    [{ minFresh: 61 }, false],
  ])('with %j: %s', (demands, expected) => {
    expect(isNewEnough(entryOf(), { ...NO_DEMANDS, ...demands }, NOW)).toBe(expected);
  });

  it('unless it is stale, or to be validated before each use', () => {
    expect(isNewEnough(entryOf(), NO_DEMANDS, NOW + 60_000)).toBe(false);
    expect(isNewEnough(entryOf({ alwaysValidated: true }), NO_DEMANDS, NOW)).toBe(false);
  });
});
