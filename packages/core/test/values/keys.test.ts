import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCache, type Key, type KeyPart, memory } from '../../src/index.ts';
import { encodeKey, namespacePrefix } from '../../src/key.ts';

/** Text made of what an encoding could trip over. */
const trickyText = fc.oneof(
  fc
    .array(fc.constantFrom('[', ']', '"', ',', '\\', '@', '1', 'n', 'a', 'null', 'true', '\u0000', '\ud800', '["a"]'), {
      maxLength: 5,
    })
    .map((parts) => parts.join('')),
  fc.string({ maxLength: 4 }),
);
const part: fc.Arbitrary<KeyPart> = fc.oneof(
  trickyText,
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: -3n, max: 3n }),
  fc.boolean(),
  fc.constant(null),
);
const plainKey: fc.Arbitrary<Key> = fc.oneof(trickyText, fc.array(part, { minLength: 1, maxLength: 3 }));
/** Keys that look like what another key is stored under. */
const key: fc.Arbitrary<Key> = fc.oneof(
  plainKey,
  plainKey.map(encodeKey),
  plainKey.map((inner) => [encodeKey(inner)]),
);
const path = fc.array(
  fc.oneof(
    trickyText.filter((name) => name !== ''),
    fc.constantFrom('a', 'b'),
  ),
  { maxLength: 3 },
);

/** Equal exactly for the keys that a caller would call the same; `0` and `-0` are. */
function identity(names: readonly string[], given: Key): string {
  const describePart = (value: KeyPart): string => `${typeof value} ${String(value).length} ${String(value)}`;
  const parts = typeof given === 'string' ? ['string', given] : ['tuple', ...given.map(describePart)];
  return [...names.map((name) => `${name.length} ${name}`), '|', ...parts].join(' / ');
}

type Place = [path: string[], key: Key];
const place: fc.Arbitrary<Place> = fc.tuple(path, key);
const idOf = ([names, given]: Place): string => namespacePrefix(names) + encodeKey(given);

/** Places that a careless encoding takes for the same. */
function lookalikes([names, given]: Place): Place[] {
  const parts = typeof given === 'string' ? [given] : given;
  const retyped = parts.map((each) => (typeof each === 'string' && /^\d+$/.test(each) ? Number(each) : String(each)));
  const joined = [',', '/', '","', ''].flatMap((separator): Place[] => [
    [names, parts.join(separator)],
    [names, [parts.join(separator)]],
    [names.length > 1 ? [names.join(separator)] : [...names, 'a'], given],
  ]);
  const moved: Place[] = [
    [[], [...names, ...parts]],
    [[...names, String(parts[0])], parts.length > 1 ? parts.slice(1) : given],
    [names.slice(1), [...names.slice(0, 1), ...parts]],
    [[], idOf([names, given])],
  ];
  const numbers = parts.map((each) => (typeof each === 'number' && Number.isInteger(each) ? BigInt(each) : each));
  return [[names, retyped], [names, numbers], [names, parts], [names, [...parts, '']], ...joined, ...moved];
}

describe('keys', () => {
  it('tell strings, numbers and tuples with the same text apart', async () => {
    const cache = createCache();
    const keys: Key[] = ['1', [1], ['1'], [1n], ['a', 'b'], ['a,b'], '["a","b"]', [null], ['null'], [true], ['true']];
    await cache.setMany(keys.map((each, index) => [each, index]));
    expect(await cache.getMany(keys)).toEqual(keys.map((_, index) => index));
  });

  it('find a value by a tuple that was built anew', async () => {
    const cache = createCache();
    await cache.set(['city', 5, 'nearby', null, true, 7n], 'found');
    expect(await cache.get(['city', 5, 'nearby', null, true, 7n])).toBe('found');
  });

  it('take 0 and -0 for the same number', async () => {
    const cache = createCache();
    await cache.set([0], 'zero');
    expect(await cache.get([-0])).toBe('zero');
  });

  it('may be the empty string, and any text that begins like a tuple or a namespace', async () => {
    const cache = createCache();
    const keys = ['', '[', '@', '\\', '\\[', '\\\\', '@["a"]x', '["a"]'];
    await cache.setMany(keys.map((each) => [each, `value of ${each}`]));
    expect(await cache.getMany(keys)).toEqual(keys.map((each) => `value of ${each}`));
  });

  it('of a namespace are never those of the cache around it, whatever they look like', async () => {
    const cache = createCache();
    await cache.namespace('a').set('x', 'inside');
    await cache.namespace('a').set(['x'], 'inside, tuple');
    expect(await cache.getMany(['@["a"]x', '@["a"]["x"]', ['@["a"]x'], 'a/x', ['a', 'x']])).toEqual(
      Array(5).fill(undefined),
    );
  });

  it('never collide, across namespaces and between strings and tuples (encoding)', () => {
    fc.assert(
      fc.property(place, place, (one, other) => {
        expect(idOf(one) === idOf(other)).toBe(identity(...one) === identity(...other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never collide with keys that differ in nothing but a type, a boundary or a separator', () => {
    fc.assert(
      fc.property(place, fc.nat(), (one, choice) => {
        const others = lookalikes(one);
        const other = others[choice % others.length] ?? one;
        expect(idOf(one) === idOf(other)).toBe(identity(...one) === identity(...other));
      }),
      { numRuns: 3_000 },
    );
  });

  it('never collide with what a namespace puts before another key', () => {
    fc.assert(
      fc.property(path, key, path, (path1, key1, path2) => {
        // The worst neighbour: a string key that is exactly the stored name of the first.
        const lookalike = namespacePrefix(path1) + encodeKey(key1);
        const same = identity(path1, key1) === identity(path2, lookalike);
        expect(namespacePrefix(path2) + encodeKey(lookalike) === lookalike).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never collide in a cache: each finds its own value', async () => {
    const named = fc.uniqueArray(place, { maxLength: 12, selector: ([names, k]) => identity(names, k) });
    await fc.assert(
      fc.asyncProperty(named, async (pairs) => {
        const root = createCache({ backend: memory({ maxEntries: 20 }) });
        const cacheAt = (names: readonly string[]) => names.reduce((cache, name) => cache.namespace(name), root);
        for (const [index, [names, k]] of pairs.entries()) await cacheAt(names).set(k, index);
        for (const [index, [names, k]] of pairs.entries()) expect(await cacheAt(names).get(k)).toBe(index);
      }),
      { numRuns: 200 },
    );
  });
});
