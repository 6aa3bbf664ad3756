/** A value with a name for the title of a case. Made anew for each case, because some can be changed. */
export interface Sample {
  readonly name: string;
  readonly make: () => unknown;
}

const sample = (name: string, make: () => unknown): Sample => ({ name, make });

/** Each kind of value that the structured clone algorithm carries, alone and inside others. */
export const VALUES: readonly Sample[] = [
  sample('null', () => null),
  sample('true', () => true),
  sample('false', () => false),
  sample('zero', () => 0),
  sample('negative zero', () => -0),
  sample('an integer beyond 32 bits', () => 2 ** 53 - 1),
  sample('a fraction', () => 0.1 + 0.2),
  sample('NaN', () => Number.NaN),
  sample('infinity', () => -Infinity),
  sample('a bigint', () => -(2n ** 130n)),
  sample('an empty string', () => ''),
  sample('an ASCII string', () => 'hello'),
  sample('a string of many scripts', () => 'Zürich · 東京 · Αθήνα · 👩‍👩‍👧'),
  sample('a string with a NUL and line breaks', () => 'a\0b\r\nc END\r\n'),
  sample('a string with a lone surrogate', () => 'a\ud800b'),
  sample('a string of 200 KB', () => 'äx'.repeat(100_000)),
  sample('an empty object', () => ({})),
  sample('a nested object', () => ({ city: { name: 'Bonn', at: [50.7, 7.1], twin: null } })),
  sample('an object with undefined in it', () => ({ a: undefined, b: 1 })),
  sample('an object with odd property names', () => ({ '': 1, 'a b': 2, ключ: 3, length: 4, toString: 5 })),
  sample('an object with numeric property names', () => ({ 2: 'b', 1: 'a' })),
  sample('an object nested 100 deep', () => Array.from({ length: 100 }).reduce((inner) => ({ inner }), {})),
  sample('an empty array', () => []),
  sample('an array of all sorts', () => [1, 'two', null, undefined, { three: [3n] }]),
  sample('a sparse array', () => Object.assign([], { 3: 'x' })),
  sample('an array of 5,000 numbers', () => Array.from({ length: 5_000 }, (_, index) => index / 3)),
  sample('a date', () => new Date(1_234_567_890_123)),
  sample('a regular expression', () => /^a(b|c)+$/giu),
  sample('an empty map', () => new Map()),
  sample(
    'a map with keys of all sorts',
    () =>
      new Map<unknown, unknown>([
        [1, 'a'],
        ['1', 'b'],
        [null, { c: 1 }],
      ]),
  ),
  sample('a map in a map', () => new Map([['a', new Map([['b', new Set([1])]])]])),
  sample('an empty set', () => new Set()),
  sample('a set of all sorts', () => new Set<unknown>([1, '1', undefined, Number.NaN])),
  sample('a buffer', () => Buffer.from([0, 13, 10, 255, 128])),
  sample('an empty buffer', () => Buffer.alloc(0)),
  sample('100 KB of binary data', () => Buffer.alloc(100_000, 0xf7)),
  sample('a Uint8Array', () => new Uint8Array([1, 2, 255])),
  sample('an Int16Array', () => new Int16Array([-1, 2])),
  sample('a Float64Array', () => new Float64Array([0.1, -0, Number.NaN])),
  sample('a BigInt64Array', () => new BigInt64Array([-1n, 2n])),
  sample('an ArrayBuffer', () => new Uint8Array([3, 2, 1]).buffer),
  sample('a DataView', () => new DataView(new Uint8Array([9, 8, 7, 6]).buffer)),
  sample('an error', () => new RangeError('too far')),
  sample('boxed primitives', (): unknown[] => [Object(1), Object('a'), Object(true)]),
  sample('a cycle', () => {
    const node: Record<string, unknown> = { name: 'a' };
    node['self'] = node;
    return node;
  }),
  sample('the same object twice', () => {
    const shared = { a: 1 };
    return [shared, shared];
  }),
  sample('binary data inside an object', () => ({ body: Buffer.from('\xff\0', 'latin1'), head: ['a', 'b'] })),
];

/** Keys that have broken key encodings, sizes and prefixes before. No two are the same. */
export const KEYS: readonly string[] = [
  'key',
  'KEY',
  '',
  ' ',
  '  ',
  'a',
  'a ',
  ' a',
  'aa',
  'a:',
  'a:b',
  'a:b:c',
  ':',
  '::',
  'a/b',
  'a\\b',
  '[1]',
  '["1"]',
  '@["a"]b',
  '\\[1]',
  '{a}',
  '{a}b',
  'a{b}',
  '{}',
  '*',
  'a*',
  '?',
  'a%',
  'a_',
  '%00',
  "a'b",
  'a"b',
  'a;b',
  '\0',
  'a\0',
  'a\0b',
  'a\nb',
  'a\r\nb',
  'a\tb',
  '\u007f',
  '\u00e9',
  'e\u0301',
  '東京',
  '👩‍👩‍👧',
  '\u2028',
  '\ufeff',
  '__proto__',
  'constructor',
  'toString',
  'undefined',
  'null',
  '0',
  '00',
  '-1',
  'x'.repeat(250),
  'x'.repeat(251),
  'x'.repeat(1_000),
  `${'x'.repeat(1_000)}y`,
  'ü'.repeat(3_000),
];

/** A key as the title of a case shows it. */
export function titleOf(key: string): string {
  const text = JSON.stringify(key);
  return text.length > 30 ? `${text.slice(0, 20)}… (${key.length} characters)` : text;
}
