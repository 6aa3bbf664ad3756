import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Backend, memory } from '../../src/index.ts';
import { asyncBackend } from '../support/backends.ts';
import { CoherenceWorld, type Place } from '../support/coherence-world.ts';
import { flush } from '../support/deferred.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

const X: Place = { cache: 'data', path: '', key: 'x' };
const NESTED: Place = { cache: 'data', path: 'a/b/', key: 'x' };
const PAGE: Place = { cache: 'pages', path: '', key: 'page' };
const NESTED_PAGE: Place = { cache: 'pages', path: 'p/', key: 'page' };
const PLACES = [X, NESTED, PAGE, NESTED_PAGE];

type Step = (world: CoherenceWorld) => unknown;

/** A step that shows in a counterexample as what it does. */
function named(name: string, ...given: unknown[]): (step: Step) => Step {
  const text = `${name}(${given.map((each) => JSON.stringify(each)).join(', ')})`;
  return (step) => Object.assign(step, { [fc.toStringMethod]: () => text });
}

const place = fc.constantFrom(...PLACES);
const tag = fc.constantFrom('t', 'u');
const tags = fc.subarray(['t', 'u']);
const index = fc.nat({ max: 5 });

const call = fc.tuple(place, tags).map(([where, own]) => {
  const inner = where === PAGE ? X : where === NESTED_PAGE ? NESTED : undefined;
  return named('call', where, own)((world) => world.call(where, own, inner));
});
const get = place.map((where) => named('get', where)((world) => world.get(where)));
const late = fc.tuple(index, tag).map(([load, name]) => named('tag', load, name)((world) => world.tag(load, name)));
const end = fc
  .tuple(index, fc.constantFrom('finish' as const, 'finish' as const, 'fail' as const))
  .map(([load, how]) => named(how, load)((world) => world.end(load, how)));
const invalidation = fc.oneof(
  fc
    .tuple(fc.constantFrom('data' as const, 'data' as const, 'pages' as const), tags)
    .map(([cache, names]) => named('invalidateTags', cache, names)((world) => world.invalidateTags(cache, names))),
  place.map((where) => named('delete', where)((world) => world.delete(where))),
  fc.tuple(place, tags).map(([where, own]) => named('set', where, own)((world) => world.set(where, own))),
  fc
    .constantFrom(['data', ''] as const, ['data', 'a/'] as const, ['data', 'a/b/'] as const, ['pages', 'p/'] as const)
    .map(([cache, path]) => named('clear', cache, path)((world) => world.clear(cache, path))),
);
const abort = index.map((which) => named('abort', which)((world) => world.abort(which)));
const advance = fc
  .constantFrom(1_000, 6_000, 16_000, 31_000)
  .map((milliseconds) => named('advance', milliseconds)((world) => world.clock.advance(milliseconds)));
const pause = fc.constant(named('flush')(() => flush()));

const step = fc.oneof(
  { weight: 6, arbitrary: call },
  { weight: 2, arbitrary: get },
  { weight: 2, arbitrary: late },
  { weight: 5, arbitrary: end },
  { weight: 4, arbitrary: invalidation },
  { weight: 1, arbitrary: abort },
  { weight: 2, arbitrary: advance },
  { weight: 6, arbitrary: pause },
);

describe('whatever overlaps', () => {
  it.each<[string, () => Backend]>([
    ['memory', () => memory({ maxEntries: 50 })],
    ['an asynchronous backend', () => asyncBackend(memory({ maxEntries: 50 }))],
  ])(
    'no reader gets a value that is older than an invalidation that was over before it asked (%s)',
    async (_, backend) => {
      const steps = fc.array(step, { minLength: 5, maxLength: 60, size: 'max' });
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const world = new CoherenceWorld(backend);
          for (const each of sequence) await each(world);
          await world.settle(PLACES);
          expect(world.violations).toEqual([]);
        }),
        { numRuns: 300 },
      );
    },
  );
});
