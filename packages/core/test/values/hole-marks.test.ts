import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoleMarks } from '../../src/hole-marks.ts';
import { createCache, hole } from '../../src/index.ts';
import { anyText } from '../http/support/any-text.ts';

const encoder = new TextEncoder();

/** The text with `[name]` where a hole is. */
function shown({ body, holes }: ReturnType<HoleMarks['cut']>): string {
  let [text, from] = ['', 0];
  for (const { at, name } of holes) {
    text += `${new TextDecoder().decode(body.subarray(from, at))}[${name}]`;
    from = at;
  }
  return text + new TextDecoder().decode(body.subarray(from));
}

describe('the marks of holes', () => {
  it('are taken out of any text, wherever they stand in it and how often', () => {
    const names = ['a', 'b', 'c'];
    const part = fc.oneof(
      anyText,
      fc.constantFrom(...names.map((name) => ({ name }))),
      fc.stringMatching(/^\d{0,50}$/),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const marks = new HoleMarks(names);
        const marked = parts.map((one) => (typeof one === 'string' ? one : marks.leave(one.name))).join('');
        const cut = marks.cut(encoder.encode(marked));
        expect(cut.holes.map(({ name }) => name)).toEqual(
          parts.flatMap((one) => (typeof one === 'string' ? [] : one.name)),
        );
        let size = 0;
        const places = parts.flatMap((one) => {
          if (typeof one !== 'string') return [size];
          size += encoder.encode(one).byteLength;
          return [];
        });
        expect(cut.holes.map(({ at }) => at)).toEqual(places);
        const texts = parts.filter((one) => typeof one === 'string');
        expect(Buffer.from(cut.body)).toEqual(Buffer.concat(texts.map((one) => encoder.encode(one))));
      }),
    );
  });

  it('are filled in one after the other, and twice where the text has them twice', () => {
    const marks = new HoleMarks(['a', 'b']);
    const [a, b] = [marks.leave('a'), marks.leave('b')];
    expect(shown(marks.cut(encoder.encode(`ä${b}${a}7${a}`)))).toBe('ä[b][a]7[a]');
    expect(shown(marks.cut(encoder.encode('none')))).toBe('none');
  });

  it('leave bytes alone that are no text', () => {
    const marks = new HoleMarks(['a']);
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const marked = Buffer.concat([every, Buffer.from(marks.leave('a')), every]);
    const { body, holes } = marks.cut(marked);
    expect(Buffer.from(body)).toEqual(Buffer.concat([every, every]));
    expect(holes).toEqual([{ at: 256, name: 'a' }]);
  });

  it('are drawn anew for each response, from so many that nobody guesses one', () => {
    const drawn = Array.from({ length: 100 }, () => new HoleMarks(['a']).leave('a').slice(0, -8));
    expect(new Set(drawn).size).toBe(100);
    for (const mark of drawn) expect(BigInt(mark)).toBeGreaterThanOrEqual(2n ** 128n);
    const other = new HoleMarks(['a']);
    other.leave('a');
    expect(other.cut(encoder.encode(drawn.map((mark) => `${mark}00000000`).join(' '))).holes).toEqual([]);
  });

  it('cannot be left once the head of the response is there', () => {
    const marks = new HoleMarks(['a']);
    expect(marks.close()).toBe(false);
    expect(() => marks.leave('a')).toThrow(expect.objectContaining({ code: 'ERR_CACHE_PLACE' }));
    expect(() => marks.leave('b')).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION' }));
  });
});

describe('hole()', () => {
  it('says where it belongs, outside of a response that is filled', async () => {
    const here: unknown = expect.objectContaining({
      code: 'ERR_CACHE_PLACE',
      message: expect.stringContaining('`cacheResponse`') as string,
    });
    expect(() => hole('a')).toThrow(here);
    await expect(createCache().getOrSet('key', () => hole('a'))).rejects.toThrow(here);
  });

  it.each([undefined, null, 7, '', {}])('takes no other name than text: %j', (name) => {
    expect(() => hole(name as string)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION', option: 'name' }));
  });
});
