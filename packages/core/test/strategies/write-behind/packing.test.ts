import { expect, it } from 'vitest';
import { type Codec, jsonCodec } from '../../../src/index.ts';
import { Packing } from '../../../src/strategies/write-behind/pack.ts';

/** Packs one write after the other, and notes which keys were turned into bytes. */
function packing(): { readonly pack: (key: unknown) => string; readonly encoded: unknown[] } {
  const encoded: unknown[] = [];
  const codec: Codec = {
    ...jsonCodec,
    encode(value, name) {
      if (value !== 'value') encoded.push(structuredClone(value));
      return jsonCodec.encode(value, name);
    },
  };
  const packed = new Packing(codec);
  const pack = (key: unknown): string => {
    const write = { name: JSON.stringify(key), kind: 'save', key, value: 'value', copyOnRead: false } as const;
    return Buffer.from(packed.pack(write).bytes?.key ?? []).toString();
  };
  return { pack, encoded };
}

it('turns a key that is written again into bytes once', () => {
  const { pack, encoded } = packing();
  expect([5, '5', 5, '5'].map(pack)).toEqual(['5', '"5"', '5', '"5"']);
  expect(encoded).toEqual([5, '5']);
});

it('looks at an object each time: it may be another key by now', () => {
  const { pack } = packing();
  const key = { id: 1 };
  expect(pack(key)).toBe('{"id":1}');
  key.id = 2;
  expect(pack(key)).toBe('{"id":2}');
});

it('does not remember keys without end', () => {
  const { pack, encoded } = packing();
  for (let key = 0; key <= 10_000; key += 1) pack(key);
  const before = encoded.length;
  pack(0);
  expect(encoded.length).toBe(before + 1);
});
