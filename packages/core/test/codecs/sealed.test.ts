import { describe, expect, it } from 'vitest';
import { encrypted, jsonCodec, type SealOptions, signed } from '../../src/index.ts';

const old = Buffer.alloc(32, 1);
const fresh = Buffer.alloc(32, 2);

function readable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

describe.each([
  ['encrypted', encrypted],
  ['signed', signed],
] as const)('%s values', (name, make) => {
  const codec = make({ keys: { old }, current: 'old' });

  it('come back as they were', () => {
    const value = { at: new Date(0), body: Buffer.from([1, 2, 3]) };
    expect(codec.decode(codec.encode(value, 'k'), 'k')).toMatchObject({ at: value.at });
  });

  it('can be read after a rotation, as long as the key is there', () => {
    const sealed = codec.encode('value', 'k');
    const rotated = make({ keys: { old, fresh }, current: 'fresh' });
    expect(rotated.decode(sealed, 'k')).toBe('value');
    expect(() => codec.decode(rotated.encode('value', 'k'), 'k')).toThrow('not known');
  });

  it('cannot be read after any change, or under another key', () => {
    const sealed = codec.encode({ user: 5 }, 'k');
    expect(readable(() => codec.decode(sealed, 'other'))).toBe(false);
    for (let at = 0; at < sealed.byteLength; at += 1) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(readable(() => codec.decode(changed, 'k'))).toBe(false);
    }
    expect(readable(() => codec.decode(new Uint8Array(), 'k'))).toBe(false);
  });

  it('show what they hold only if they are just signed', () => {
    const json = make({ keys: { old }, current: 'old', codec: jsonCodec });
    expect(Buffer.from(json.encode('secret words', 'k')).includes('secret words')).toBe(name === 'signed');
  });

  it.each<[string, Partial<SealOptions>, string]>([
    ['a key of another length', { keys: { old: Buffer.alloc(16) } }, 'keys'],
    ['a current key that is not there', { current: 'other' }, 'current'],
  ])('need more than %s', (_, wrong, option) => {
    expect(() => make({ keys: { old }, current: 'old', ...wrong })).toThrow(expect.objectContaining({ option }));
  });
});
