import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FieldValue, parseDictionary, parseList } from '../../src/http/structured-fields.ts';
import { anyText } from './support/any-text.ts';

const dictionary = (text: string): Record<string, unknown> | undefined => {
  const members = parseDictionary(text);
  return members === undefined
    ? undefined
    : Object.fromEntries([...members].map(([key, value]) => [key, plain(value)]));
};
const list = (text: string): unknown => parseList(text)?.map(plain);

function plain({ type, value }: FieldValue): unknown {
  return type === 'list' ? value.map(plain) : value;
}

describe('an item of a structured field', () => {
  it.each<[string, FieldValue]>([
    ['1', { type: 'integer', value: 1 }],
    ['-0', { type: 'integer', value: -0 }],
    ['007', { type: 'integer', value: 7 }],
    ['-999999999999999', { type: 'integer', value: -999_999_999_999_999 }],
    ['1.5', { type: 'decimal', value: 1.5 }],
    ['-123456789012.125', { type: 'decimal', value: -123_456_789_012.125 }],
    ['""', { type: 'string', value: '' }],
    ['"a \\"b\\" \\\\"', { type: 'string', value: 'a "b" \\' }],
    ['a', { type: 'token', value: 'a' }],
    ['*a/b:c!#', { type: 'token', value: '*a/b:c!#' }],
    [':aGk=:', { type: 'bytes', value: 'aGk=' }],
    ['::', { type: 'bytes', value: '' }],
    ['?1', { type: 'boolean', value: true }],
    ['?0', { type: 'boolean', value: false }],
    ['@1659578233', { type: 'date', value: 1_659_578_233 }],
    ['@-1', { type: 'date', value: -1 }],
    ['%"f%c3%bc r"', { type: 'display', value: 'fü r' }],
    ['%""', { type: 'display', value: '' }],
    ['()', { type: 'list', value: [] }],
    [
      '( a  "b" 1 )',
      {
        type: 'list',
        value: [
          { type: 'token', value: 'a' },
          { type: 'string', value: 'b' },
          { type: 'integer', value: 1 },
        ],
      },
    ],
  ])('is read from %j', (text, value) => {
    expect(parseList(text)).toEqual([value]);
    expect(parseDictionary(`key=${text}`)?.get('key')).toEqual(value);
  });

  it.each([
    '1.',
    '.5',
    '1.1234',
    '1.2.3',
    '1234567890123456',
    '1234567890123.1',
    '--1',
    '-',
    '+1',
    '1e3',
    '"a',
    'a"',
    '"a\\b"',
    '"ä"',
    '"\t"',
    "'a'",
    'ä',
    '!a',
    ':a b:',
    ':a',
    '?2',
    '?',
    '? 1',
    '@1.5',
    '@',
    '@a',
    '%"%C3%BC"',
    '%"%c3"',
    '%"%"',
    '%"ü"',
    '%a',
    '(',
    ')',
    '(a',
    '(a,b)',
    '("a""b")',
    '((a))',
    '(a;=1)',
    'a b',
    'a;',
    'a;A=1',
    'a;b=',
    'a;b=(c)',
    'a ;b',
    '\u00a0a',
  ])('is not %j', (text) => {
    expect(parseList(text)).toBeUndefined();
    expect(parseDictionary(`key=${text}`)).toBeUndefined();
  });
});

describe('a dictionary', () => {
  it.each<[string, Record<string, unknown>]>([
    ['', {}],
    ['  ', {}],
    ['a', { a: true }],
    ['*a', { '*a': true }],
    ['a;x=1;y', { a: true }],
    ['a=?0', { a: false }],
    ['max-age=60, private', { 'max-age': 60, private: true }],
    [' a=1\t,\t b="x" ', { a: 1, b: 'x' }],
    ['a=1, b=2, a=3', { b: 2, a: 3 }],
    ['a=(x "y";q=1 2);z', { a: ['x', 'y', 2] }],
    ['a.b_c-d*=1', { 'a.b_c-d*': 1 }],
  ])('is read from %j', (text, members) => {
    expect(dictionary(text)).toEqual(members);
    expect([...(parseDictionary(text)?.keys() ?? [])]).toEqual(Object.keys(members));
  });

  it.each([
    'A=1',
    '1=1',
    'a =1',
    'a= 1',
    'a=',
    'a=1,',
    ',a=1',
    'a=1,,b=2',
    'a=1;b=2;',
    'a=1 b=2',
    '\ta=1',
    'a="x',
    'a=1; b=2 ;c',
    'max-age=60; private ; x',
  ])('is not %j', (text) => {
    expect(parseDictionary(text)).toBeUndefined();
  });

  it('comes back as it was written, whatever its members', () => {
    const key = fc.stringMatching(/^[a-z*][a-z0-9_.*-]{0,6}$/);
    const bare = fc.oneof(
      fc
        .integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 })
        .map((value): FieldValue => ({ type: 'integer', value })),
      fc.stringMatching(/^[ -~]{0,8}$/).map((value): FieldValue => ({ type: 'string', value })),
      fc.stringMatching(/^[A-Za-z*][!#$%&'*+.^_`|~\w:/-]{0,6}$/).map((value): FieldValue => ({ type: 'token', value })),
      fc.base64String({ maxLength: 8 }).map((value): FieldValue => ({ type: 'bytes', value })),
      fc.boolean().map((value): FieldValue => ({ type: 'boolean', value })),
      fc.integer().map((value): FieldValue => ({ type: 'date', value })),
      fc.string({ maxLength: 4 }).map((value): FieldValue => ({ type: 'display', value: value.toWellFormed() })),
      fc.integer({ min: -1000, max: 1000 }).map((value): FieldValue => ({ type: 'decimal', value: value + 0.5 })),
    );
    const value = fc.oneof(
      bare,
      fc.array(bare, { maxLength: 3 }).map((items): FieldValue => ({ type: 'list', value: items })),
    );
    const comma = fc.constantFrom(',', ', ', ' ,', '\t, ');
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name }), comma, (members, between) => {
        const text = members.map(([name, member]) => `${name}=${serialised(member)};p="q"`).join(between);
        expect([...(parseDictionary(text) ?? [])]).toEqual(members);
        expect(parseList(members.map(([, member]) => serialised(member)).join(between))).toEqual(
          members.map(([, member]) => member),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('survives any text', () => {
    const piece = fc.constantFrom(
      'a',
      '=',
      '"',
      '\\',
      '(',
      ')',
      ' ',
      '\t',
      ',',
      ';',
      '?1',
      ':',
      '@',
      '%',
      '1',
      '.',
      '-',
      '*',
      '%c3',
    );
    const pieces = fc.array(piece).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(anyText, pieces), (text) => {
        expect(parseDictionary(text) ?? new Map()).toBeInstanceOf(Map);
        expect(parseList(text) ?? []).toBeInstanceOf(Array);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a list', () => {
  it.each<[string, unknown]>([
    ['', []],
    ['"a", "b"', ['a', 'b']],
    ['"a;b";x, (1 2);y=1 , c', ['a;b', [1, 2], 'c']],
    ['"a",', undefined],
    [',"a"', undefined],
    ['"a" "b"', undefined],
  ])('of %j is %j', (text, members) => {
    expect(list(text)).toEqual(members);
  });
});

function serialised({ type, value }: FieldValue): string {
  if (type === 'list') return `(${value.map(serialised).join(' ')})`;
  if (type === 'string') return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
  if (type === 'bytes') return `:${value}:`;
  if (type === 'boolean') return value ? '?1' : '?0';
  if (type === 'date') return `@${value}`;
  if (type === 'display') return `%"${percentEncoded(value)}"`;
  return String(value);
}

function percentEncoded(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) => {
      const plainByte = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x25;
      return plainByte ? String.fromCodePoint(byte) : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}
