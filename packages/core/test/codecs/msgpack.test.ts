import { encode, ExtData } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagePackCodec } from '../../src/codecs/msgpack.ts';

const through = (value: unknown): unknown => messagePackCodec.decode(messagePackCodec.encode(value, 'k'), 'k');

const text = fc.string({ unit: 'binary' });
const atoms = [
  text,
  fc.double().map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.maxSafeInteger(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array(),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
] as const;
const { value: data } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    ...atoms,
    fc.array(tie('value')),
    fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      tie('value'),
      { noNullPrototype: true },
    ),
    fc.array(fc.tuple(tie('value'), tie('value'))).map((pairs) => new Map(pairs)),
    fc.array(tie('value')).map((items) => new Set(items)),
  ),
}));

describe('MessagePack', () => {
  it('brings back all that it documents as it was, at any depth', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(through(value)).toStrictEqual(value);
      }),
      { numRuns: 1_000 },
    );
  }, 30_000);

  it.each<[string, unknown]>([
    ['the least and the latest date', [new Date(-8.64e15), new Date(8.64e15), new Date(-1), new Date(-1_500)]],
    [
      'numbers at the borders',
      [2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 32, -(2 ** 31) - 1, 1e300, Infinity, Number.NaN, 0.1],
    ],
    ['big numbers', [0n, -1n, 2n ** 64n, -(2n ** 63n) - 1n, 3n ** 500n]],
    ['an object 1,000 deep', Array.from({ length: 1_000 }).reduce<object>((inner) => ({ inner }), {})],
    ['long text', 'ä'.repeat(40_000)],
    ['a map in a map in a set', new Set([new Map([[{ a: 1 }, new Map([[new Date(0), [1n]]])]])])],
  ])('brings back %s', (_, value) => {
    expect(through(value)).toStrictEqual(value);
  });

  it('keeps the class of binary data', () => {
    const [array, buffer] = through([new Uint8Array([1]), Buffer.from([1])]) as object[];
    expect(Object.getPrototypeOf(array)).toBe(Uint8Array.prototype);
    expect(Buffer.isBuffer(buffer)).toBe(true);
  });

  class City {
    name = 'Bonn';
  }

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['an instance of City', new City()],
    ['an instance of RegExp', /a/],
    ['an instance of Int16Array', new Int16Array(1)],
    ['an instance of Promise', Promise.resolve(1)],
    ['an instance of Error', new Error('e')],
    ['an invalid date', new Date(Number.NaN)],
    ['half a surrogate pair', 'a\ud800'],
    ['half a surrogate pair', { 'a\ud800': 1 }],
    ['a property `__proto__`', JSON.parse('{"__proto__":1}')],
    // oxlint-disable-next-line no-sparse-arrays
    ['undefined', [1, , 2]],
  ])('refuses %s, alone and inside', (what, value) => {
    const refused: unknown = expect.objectContaining({
      code: 'ERR_CACHE_VALUE',
      message: expect.stringContaining(what) as string,
    });
    for (const holder of [value, [value], { value }, new Map([[1, value]]), new Map([[value, 1]]), new Set([value])]) {
      expect(() => messagePackCodec.encode(holder, 'k')).toThrow(refused);
    }
  });

  it('refuses a cycle, and takes a part that stands twice', () => {
    const part = { n: 1 };
    expect(through([part, part])).toEqual([part, part]);
    const cycle = new Map<string, unknown>();
    cycle.set('self', [cycle]);
    expect(() => messagePackCodec.encode(cycle, 'k')).toThrow('a cycle');
  });

  it('can be read by others, and does not read what it does not know', () => {
    expect(messagePackCodec.encode({ a: [1, 'b'] }, 'k')).toEqual(encode({ a: [1, 'b'] }));
    for (const type of [0, 5, 100, -2]) {
      expect(() => messagePackCodec.decode(encode(new ExtData(type, new Uint8Array(4))), 'k')).toThrow('is not known');
    }
    expect(() => messagePackCodec.decode(Buffer.from([0x92, 1]), 'k')).toThrow('Offset');
  });
});
