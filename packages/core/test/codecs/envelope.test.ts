import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry, encodeEntry } from '../../src/codecs/envelope.ts';
import { jsonCodec, structuredCloneCodec } from '../../src/index.ts';
import { createEntry } from '../../src/entry.ts';

const TOKEN = Buffer.from('12345678');

function entryOf(value: unknown, tags: readonly string[] = []) {
  const parts = { value, tags, position: 7, limitAt: Infinity, copyOnRead: false };
  return createEntry(parts, { ttl: 1_000, staleWhileRevalidate: 2_000, staleIfError: Infinity }, 5_000);
}

describe('an envelope', () => {
  it('brings back an entry with all its deadlines, tags and its token', () => {
    const entry = entryOf(new Map([['a', new Date(0)]]), ['t', 'ü', '\0["x"]']);
    const decoded = decodeEntry('key', encodeEntry('key', entry, structuredCloneCodec, TOKEN), structuredCloneCodec);
    expect(decoded).toEqual({ ...entry, token: '12345678' });
  });

  it('brings back any key and any structured value', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.anything({ withDate: true, withMap: true, withBigInt: true }),
        (key, value) => {
          fc.pre(value !== undefined);
          const bytes = encodeEntry(key, entryOf(value), structuredCloneCodec, TOKEN);
          expect(decodeEntry(key, bytes, structuredCloneCodec)?.value).toEqual(structuredClone(value));
        },
      ),
      { numRuns: 300 },
    );
  }, 30_000);

  it('is unreadable after any change of a byte behind the token, and never another value', () => {
    const bytes = encodeEntry('key', entryOf({ a: [1, 2, 3] }, ['t']), jsonCodec, TOKEN);
    for (let at = 18; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x41, at);
      expect(decodeEntry('key', changed, jsonCodec)).toBeUndefined();
    }
  });

  it('is unreadable when cut, foreign, of another key or another codec', () => {
    const bytes = encodeEntry('key', entryOf(1), jsonCodec, TOKEN);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeEntry('key', bytes.subarray(0, length), jsonCodec)).toBeUndefined();
    }
    expect(decodeEntry('other', bytes, jsonCodec)).toBeUndefined();
    expect(decodeEntry('key', bytes, structuredCloneCodec)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array(), (random) => {
        expect(decodeEntry('key', Buffer.from(random), jsonCodec)).toBeUndefined();
      }),
    );
  });
});

describe('JSON', () => {
  it.each([
    ['a function', () => 1],
    ['a bigint', 1n],
    ['NaN', Number.NaN],
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['undefined inside', { a: undefined }],
    ['binary data', new Uint8Array(2)],
    ['a symbol', Symbol('s')],
  ])('refuses %s instead of changing it', (_, value) => {
    expect(() => jsonCodec.encode({ value }, 'key')).toThrow(expect.objectContaining({ code: 'ERR_CACHE_VALUE' }));
  });

  it('refuses a cycle, and takes a part that stands twice', () => {
    const part = { n: 1 };
    const cycle: Record<string, unknown> = { part };
    expect(jsonCodec.decode(jsonCodec.encode([part, part], 'key'), 'key')).toEqual([part, part]);
    cycle['self'] = cycle;
    expect(() => jsonCodec.encode(cycle, 'key')).toThrow(expect.objectContaining({ code: 'ERR_CACHE_VALUE' }));
  });
});
