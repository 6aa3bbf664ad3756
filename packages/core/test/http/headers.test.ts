import { describe, expect, it } from 'vitest';
import { headerLines, headerOf, hopByHopNames, listElements, withoutHeaders } from '../../src/http/headers.ts';

const LIST = ['Link', '</a>', 'X-One', '1', 'LINK', '</b>', 'link', ''];

describe('a list of header fields', () => {
  it('gives all lines of a field in their order, whatever their case', () => {
    expect(headerLines(LIST, 'link')).toEqual(['</a>', '</b>', '']);
    expect(headerOf(LIST, 'link')).toBe('</a>, </b>, ');
    expect(headerOf(LIST, 'x-two')).toBeUndefined();
    expect(headerOf(['X', ''], 'x')).toBe('');
  });

  it('takes a value for no name', () => {
    expect(headerOf(['X-One', 'link', 'X-Two', 'x-one'], 'link')).toBeUndefined();
  });

  it('loses the fields it shall lose and nothing else', () => {
    expect(withoutHeaders(LIST, new Set(['link']))).toEqual(['X-One', '1']);
    expect(withoutHeaders(LIST, new Set(['</a>']))).toEqual(LIST);
  });

  it('has elements between commas', () => {
    expect(listElements(' a, b ,,c,')).toEqual(['a', 'b', 'c']);
    expect(listElements(undefined)).toEqual([]);
  });

  it('ends with the connection where it says so', () => {
    const names = hopByHopNames(['Connection', 'close, X-Hop', 'connection', 'x-other']);
    for (const name of [
      'connection',
      'keep-alive',
      'transfer-encoding',
      'upgrade',
      'trailer',
      'close',
      'x-hop',
      'x-other',
    ]) {
      expect([name, names.has(name)]).toEqual([name, true]);
    }
    for (const name of ['date', 'set-cookie', 'content-length', 'vary'])
      expect([name, names.has(name)]).toEqual([name, false]);
  });
});
