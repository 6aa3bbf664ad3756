import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Backend, type Cache, memory } from '../../src/index.ts';
import { asyncBackend } from '../support/backends.ts';
import { ModelCache } from '../support/model-cache.ts';
import { testCache } from '../support/test-cache.ts';

const PATHS = ['', 'a/', 'a/b/', 'ab/'];
const KEYS = ['x', 'y'];

const path = fc.constantFrom(...PATHS);
const key = fc.constantFrom(...KEYS);
const ttl = fc.constantFrom(0, 1_000, 3_000);
const tags = fc.subarray(['t', 'u', 'v']);
const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(null));
const at = { path, key };
const write = { ...at, value, options: fc.record({ ttl, tags }) };

type Step =
  | { do: 'get' | 'has' | 'delete'; path: string; key: string }
  | {
      do: 'set' | 'add' | 'getOrSet';
      path: string;
      key: string;
      value: number | null;
      options: { ttl: number; tags: string[] };
    }
  | { do: 'touch'; path: string; key: string; ttl: number }
  | { do: 'invalidateTags'; path: string; tags: string[] }
  | { do: 'clear'; path: string }
  | { do: 'getMany' | 'deleteMany'; path: string }
  | { do: 'advance'; milliseconds: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('get', 'has', 'delete'), ...at }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('set', 'add', 'getOrSet'), ...write }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('touch'), ...at, ttl }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('invalidateTags'), path, tags }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear'), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('getMany', 'deleteMany'), path }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('advance'), milliseconds: fc.constantFrom(1, 999, 1_000, 2_000) }),
  },
);

/** Does the step with the model; what the caller would see. */
function inModel(model: ModelCache, step: Step): unknown {
  switch (step.do) {
    case 'get':
      return model.get(step.path, step.key);
    case 'has':
      return model.get(step.path, step.key) !== undefined;
    case 'delete':
      return model.delete(step.path, step.key);
    case 'set':
      return model.set(step.path, step.key, step.value, step.options);
    case 'add':
      return model.add(step.path, step.key, step.value, step.options);
    case 'getOrSet':
      return model.getOrSet(step.path, step.key, step.value, step.options);
    case 'touch':
      return model.touch(step.path, step.key, step.ttl);
    case 'invalidateTags':
      return model.invalidateTags(step.tags);
    case 'clear':
      return model.clear(step.path);
    case 'getMany':
      return KEYS.map((each) => model.get(step.path, each));
    case 'deleteMany':
      return KEYS.filter((each) => model.delete(step.path, each)).length;
    case 'advance':
      model.now += step.milliseconds;
      return undefined;
  }
}

/** Does the step with the cache. */
async function inCache(root: Cache, advance: (milliseconds: number) => void, step: Step): Promise<unknown> {
  if (step.do === 'advance') return advance(step.milliseconds);
  const names = step.path.split('/').filter((name) => name !== '');
  const cache = names.reduce((around, name) => around.namespace(name), root);
  switch (step.do) {
    case 'get':
    case 'has':
    case 'delete':
      return cache[step.do](step.key);
    case 'set':
    case 'add':
      return cache[step.do](step.key, step.value, step.options);
    case 'getOrSet':
      return cache.getOrSet(step.key, () => step.value, step.options);
    case 'touch':
      return cache.touch(step.key, step.ttl);
    case 'invalidateTags':
      return cache.invalidateTags(step.tags);
    case 'clear':
      return cache.clear();
    case 'getMany':
    case 'deleteMany':
      return cache[step.do](KEYS);
  }
}

/** What the cache and the model tell of each step, and of all that is left in the end. */
async function tellBoth(backend: Backend, steps: readonly Step[]): Promise<{ cache: unknown[]; model: unknown[] }> {
  const { cache, clock } = testCache({ backend });
  const model = new ModelCache();
  const told: { cache: unknown[]; model: unknown[] } = { cache: [], model: [] };
  const last = PATHS.map((each): Step => ({ do: 'getMany', path: each }));
  for (const each of [...steps, ...last]) {
    told.cache.push([each.do, await inCache(cache, (milliseconds) => clock.advance(milliseconds), each)]);
    told.model.push([each.do, inModel(model, each)]);
  }
  return told;
}

describe('any sequence of calls', () => {
  it.each<[string, () => Backend]>([
    ['memory', () => memory({ maxEntries: 100 })],
    ['an asynchronous backend', () => asyncBackend(memory({ maxEntries: 100 }))],
  ])('gives what a simple model gives (%s)', async (_, makeBackend) => {
    const sequences = fc.array(step, { minLength: 1, maxLength: 60, size: 'max' });
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const told = await tellBoth(makeBackend(), steps);
        expect(told.cache).toEqual(told.model);
      }),
      { numRuns: 200 },
    );
  });
});
