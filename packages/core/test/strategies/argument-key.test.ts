import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeKey } from '../../src/key.ts';
import { argumentKey } from '../../src/strategies/argument-key.ts';

const keyOf = (...args: unknown[]): string => encodeKey(argumentKey('f', args, []));

describe('the key of a call', () => {
  it('shows primitives as they are', () => {
    expect(argumentKey('f', [1, 'a', true, null, 5n], [])).toEqual(['f', 1, 'a', true, null, 5n]);
  });

  it('is another one for each of these', () => {
    const bytes = new Uint8Array([1, 2]);
    const calls: unknown[][] = [
      [],
      [null],
      [0],
      ['0'],
      [false],
      ['false'],
      ['null'],
      ['undefined'],
      [''],
      [undefined, 1],
      [null, 1],
      [1],
      [1n],
      ['1n'],
      [Number.NaN],
      ['NaN'],
      [Infinity],
      [-Infinity],
      [[]],
      [{}],
      [[[]]],
      ['[]'],
      ['{}'],
      ['\0[]'],
      ['\0{}'],
      ['\0undefined'],
      ['\0"a"'],
      ['\0'],
      [{ a: 1 }],
      [{ a: '1' }],
      [{ a: 1n }],
      [{ a: undefined }],
      [{ a: null }],
      [{ 'a:1,b': 1 }],
      [{ a: 1, b: 1 }],
      [{ a: { b: 1 } }],
      ['{"a":1}'],
      [[1, 2]],
      [[1], [2]],
      [[[1, 2]]],
      [['1,2']],
      [[undefined]],
      [new Date(0)],
      [new Date(1)],
      [0, 0],
      ['Date(0)'],
      [['Date(0)']],
      [new Date(Number.NaN)],
      [new Map([['a', 1]])],
      [new Set(['a'])],
      [[['a', 1]]],
      [bytes],
      [[1, 2], 0],
      [new URL('http://a/')],
      ['http://a/'],
    ];
    expect(new Set(calls.map((call) => keyOf(...call))).size).toBe(calls.length);
  });

  it('is the same whatever the order of properties, and without undefined at the end', () => {
    expect(keyOf({ a: 1, b: { c: 1, d: [{ e: 1, f: 1 }] } })).toBe(keyOf({ b: { d: [{ f: 1, e: 1 }], c: 1 }, a: 1 }));
    expect(keyOf(1, undefined, undefined)).toBe(keyOf(1));
    expect(keyOf(Object.assign(Object.create(null), { a: 1 }))).toBe(keyOf({ a: 1 }));
    expect(keyOf(Buffer.from([1]))).toBe(keyOf(new Uint8Array([1])));
  });

  it('leaves ignored arguments out', () => {
    expect(argumentKey('f', [1, () => {}, 2], [1])).toEqual(['f', 1, 2]);
    expect(argumentKey('f', [1, () => {}], [1])).toEqual(['f', 1]);
  });

  it('differs for data that differ', () => {
    const data = fc.anything({ withDate: true, withBigInt: true, withNullPrototype: false, maxDepth: 3 });
    fc.assert(
      fc.property(data, data, (one, other) => {
        fc.pre(one !== undefined && other !== undefined);
        const same = sameData(one, other);
        expect(keyOf(one) === keyOf(other)).toBe(same);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(data, (one) => {
        expect(keyOf(one)).toBe(keyOf(structuredClone(one)));
      }),
    );
  });

  const circle: unknown[] = [];
  circle.push(circle);
  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['an instance of a class', new (class City {})()],
    ['a promise', Promise.resolve(1)],
    ['a circle', circle],
    ['an object with symbols', { [Symbol('s')]: 1 }],
    ['an instance inside', { inside: [new WeakMap()] }],
  ])('is refused for %s', (_, arg) => {
    expect(() => argumentKey('f', [1, arg], [])).toThrow(expect.objectContaining({ code: 'ERR_CACHE_KEY' }));
    expect(() => argumentKey('f', [1, arg], [])).toThrow(/^Argument 1 /);
  });
});

/** Whether two values are the same data; -0 is 0. */
function sameData(one: unknown, other: unknown): boolean {
  try {
    expect(plusZero(one)).toStrictEqual(plusZero(other));
    return true;
  } catch {
    return false;
  }
}

function plusZero(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return Array.from(value, plusZero);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plusZero(item)]));
}
