import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry, encodeEntry } from '../../src/codecs/envelope.ts';
import { compressed, encrypted, jsonCodec, structuredCloneCodec } from '../../src/index.ts';
import { createEntry } from '../../src/entry.ts';

const text = 'text '.repeat(1_000);

describe('a compressed value', () => {
  it('comes back as it was, whatever it is', () => {
    const codec = compressed(structuredCloneCodec, { above: 20 });
    fc.assert(
      fc.property(fc.anything({ withDate: true, withMap: true, withTypedArray: true }), (value) => {
        expect(codec.decode(codec.encode(value, 'k'), 'k')).toEqual(structuredClone(value));
      }),
    );
  });

  it('takes less room, if it is above the threshold and that saves a tenth', () => {
    const codec = compressed(jsonCodec, { above: 1_000 });
    const plain = jsonCodec.encode(text, 'k').byteLength;
    expect(codec.encode(text, 'k').byteLength).toBeLessThan(plain / 10);
    const short = 'text '.repeat(100);
    expect(codec.encode(short, 'k').byteLength).toBe(jsonCodec.encode(short, 'k').byteLength + 1);
    const random = compressed({ ...jsonCodec, encode: (value) => value as Uint8Array });
    const noise = crypto.getRandomValues(new Uint8Array(5_000));
    expect(random.encode(noise, 'k').byteLength).toBe(5_001);
  });

  it('can be read with any threshold', () => {
    const writers = [0, 1_000, Infinity].map((above) => compressed(jsonCodec, { above }));
    for (const writer of writers) {
      for (const reader of writers) expect(reader.decode(writer.encode(text, 'k'), 'k')).toBe(text);
    }
  });

  it('can be encrypted, and is bound to its key then', () => {
    const keys = { one: Buffer.alloc(32, 1) };
    const codec = encrypted({ codec: compressed(jsonCodec), keys, current: 'one' });
    const bytes = codec.encode(text, 'k');
    expect(bytes.byteLength).toBeLessThan(500);
    expect(codec.decode(bytes, 'k')).toBe(text);
    expect(() => codec.decode(bytes, 'other')).toThrow('authenticate');
  });

  it('is refused above maxBytes, and a bomb in its place is a miss', () => {
    const codec = compressed(jsonCodec, { maxBytes: 1_000 });
    expect(() => codec.encode(text, 'k')).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_VALUE', message: expect.stringContaining('allowed: 1000') as string }),
    );
    const parts = { value: 1, tags: [], position: 0, limitAt: Infinity, copyOnRead: false };
    const entry = createEntry(parts, { ttl: 1_000, staleWhileRevalidate: 0, staleIfError: 0 }, 0);
    const stored = (bytes: Uint8Array) => {
      const envelope = encodeEntry('k', entry, { ...codec, encode: () => bytes }, Buffer.alloc(8));
      return decodeEntry('k', envelope, codec)?.value;
    };
    const deflated = (json: string) => Buffer.concat([Buffer.from([1]), deflateRawSync(json)]);
    expect(stored(deflated(`"${'x'.repeat(900)}"`))).toBe('x'.repeat(900));
    expect(stored(deflated(`"${'x'.repeat(1_000)}"`))).toBeUndefined();
    expect(stored(deflated(' '.repeat(50_000_000)))).toBeUndefined();
    expect(stored(Buffer.from([1, 255, 255]))).toBeUndefined();
    expect(stored(Buffer.from([2, 49]))).toBeUndefined();
    expect(stored(Buffer.alloc(0))).toBeUndefined();
  });

  it.each<[string, () => unknown]>([
    ['above', () => compressed(jsonCodec, { above: -1 })],
    ['above', () => compressed(jsonCodec, { above: Number.NaN })],
    ['maxBytes', () => compressed(jsonCodec, { maxBytes: Infinity })],
    ['level', () => compressed(jsonCodec, { level: 9 } as never)],
    ['codec', () => compressed(undefined as never)],
  ])('needs a right %s', (option, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }));
  });
});
