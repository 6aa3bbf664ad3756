import { describe, expect, it } from 'vitest';
import { parseCacheControl } from '../../src/http/cache-control.ts';
import { qualifiedFields, responseDirectives } from '../../src/http/response-directives.ts';

describe('the directives of a response', () => {
  const told = (headers: string[], targetedFields: string[]) => {
    const { directives, targeted } = responseDirectives(headers, targetedFields);
    return [Object.fromEntries(directives), targeted];
  };
  const both = (targeted: string) => ['CDN-Cache-Control', targeted, 'Cache-Control', 'no-store'];

  it('are those of Cache-Control where no field is targeted at this cache', () => {
    expect(told(both('max-age=60'), [])).toEqual([{ 'no-store': true }, false]);
    expect(told(both('max-age=60'), ['surrogate-control'])).toEqual([{ 'no-store': true }, false]);
  });

  it.each<[string, Record<string, string | true>]>([
    ['max-age=60', { 'max-age': '60' }],
    ['max-age=60;x=1, private', { 'max-age': '60', private: true }],
    ['private="set-cookie"', { private: 'set-cookie' }],
    ['no-store=?0, public', { public: true }],
    ['no-store=?1', { 'no-store': true }],
    ['max-age=a', { 'max-age': 'a' }],
    ['max-age=1.5', { 'max-age': true }],
    ['max-age=-1', { 'max-age': '-1' }],
    ['max-age=(60)', { 'max-age': true }],
    ['max-age=60, max-age=30', { 'max-age': '30' }],
  ])('are those of the targeted field alone, if it is %j', (field, directives) => {
    expect(told(both(field), ['cdn-cache-control'])).toEqual([directives, true]);
  });

  it.each(['', ' ', 'max-age=60,', 'Max-Age=60', 'max-age=60 private', 'max-age="60'])(
    'are those of Cache-Control if the targeted field is %j, which is not well formed or empty',
    (field) => {
      expect(told(both(field), ['cdn-cache-control'])).toEqual([{ 'no-store': true }, false]);
    },
  );

  it('are those of the most specific targeted field that can be read', () => {
    const headers = ['CDN-Cache-Control', 'max-age=1', 'Own-Cache-Control', 'max-age=2'];
    const fields = ['own-cache-control', 'cdn-cache-control'];
    expect(told(headers, fields)).toEqual([{ 'max-age': '2' }, true]);
    expect(told([...headers, 'own-cache-control', '='], fields)).toEqual([{ 'max-age': '1' }, true]);
  });
});

describe('a directive with field names', () => {
  const fieldsOf = (value: string) => qualifiedFields(parseCacheControl(value));

  it.each([
    ['no-cache="set-cookie"', ['set-cookie']],
    ['private="A, b"', ['a', 'b']],
    ['no-cache="a", private="b"', ['a', 'b']],
    ['private=a', ['a']],
    ['no-cache', []],
    ['private=""', []],
    ['private="a b"', ['a', 'b']],
    ['private=" a,\tb c ,"', ['a', 'b', 'c']],
    ['max-age="a"', []],
    ['', []],
  ])('keeps from %j the fields %j', (value, names) => {
    expect(fieldsOf(value)).toEqual(names);
  });

  it.each(['private', 'private=', 'private=""', 'private=","', 'private="a;b"', 'private="a", private', 'private="ä"'])(
    'is about the whole response as %j',
    (value) => {
      expect(parseCacheControl(value).get('private')).toBe(true);
    },
  );

  it.each(['private="a"', 'private=a', 'no-cache', '', 'x="private"'])('is not about the whole as %j', (value) => {
    expect(parseCacheControl(value).get('private')).not.toBe(true);
  });
});
