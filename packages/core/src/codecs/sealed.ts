import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  type KeyObject,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { Codec } from './codec.ts';
import { structuredCloneCodec } from './structured-clone.ts';

/** Keys for sealing values, each under a name that is written beside the value, so that keys can be rotated. */
export interface SealOptions {
  /** Secret keys of 32 bytes by name (1 to 255 bytes). Values sealed with any of them can be read. */
  readonly keys: Readonly<Record<string, Uint8Array>>;
  /** Name of the key that new values are sealed with. */
  readonly current: string;
  /** What turns values into bytes first. Default: `structuredCloneCodec`. */
  readonly codec?: Codec;
}

/**
 * Encrypts values with AES-256-GCM. A value that was changed, or moved under another key of the cache, is a miss. What lies beside it
 * in the backend (the key, its tags and deadlines) stays readable.
 *
 * To rotate: add the new key and make it `current`; take the old one away when what it sealed has expired.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const codec = encrypted({ keys: { '2026-11': Buffer.from(process.env.CACHE_KEY, 'base64') }, current: '2026-11' });
 */
export function encrypted(options: SealOptions): Codec {
  const { seal, codec, keyOf } = checked(options);
  return {
    name: `g:${codec.name}`.slice(0, 8),
    encode(value, cacheKey) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', seal.key, nonce).setAAD(Buffer.from(cacheKey));
      const body = Buffer.concat([cipher.update(codec.encode(value, cacheKey)), cipher.final()]);
      return Buffer.concat([seal.label, nonce, cipher.getAuthTag(), body]);
    },
    decode(bytes, cacheKey) {
      const { key, rest } = keyOf(bytes);
      const decipher = createDecipheriv('aes-256-gcm', key, rest.subarray(0, 12)).setAAD(Buffer.from(cacheKey));
      decipher.setAuthTag(rest.subarray(12, 28));
      return codec.decode(Buffer.concat([decipher.update(rest.subarray(28)), decipher.final()]), cacheKey);
    },
  };
}

/**
 * Signs values with HMAC-SHA-256: they stay readable, but one that was changed, or moved under another key of the cache, is a miss. Options
 * and rotation as with `encrypted`.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function signed(options: SealOptions): Codec {
  const { seal, codec, keyOf } = checked(options);
  const mac = (key: KeyObject, cacheKey: string, body: Uint8Array): Buffer =>
    createHmac('sha256', key)
      .update(`${Buffer.byteLength(cacheKey)}:${cacheKey}`)
      .update(body)
      .digest();
  return {
    name: `h:${codec.name}`.slice(0, 8),
    encode(value, cacheKey) {
      const body = codec.encode(value, cacheKey);
      return Buffer.concat([seal.label, mac(seal.key, cacheKey, body), body]);
    },
    decode(bytes, cacheKey) {
      const { key, rest } = keyOf(bytes);
      const body = rest.subarray(32);
      if (!timingSafeEqual(mac(key, cacheKey, body), rest.subarray(0, 32))) throw new Error('The signature is wrong.');
      return codec.decode(body, cacheKey);
    },
  };
}

interface Seals {
  readonly seal: { readonly key: KeyObject; readonly label: Buffer };
  readonly codec: Codec;
  readonly keyOf: (bytes: Uint8Array) => { key: KeyObject; rest: Buffer };
}

function checked(options: SealOptions): Seals {
  rejectUnknownOptions(options, ['keys', 'current', 'codec']);
  const { keys, current, codec = structuredCloneCodec } = options;
  const secrets = new Map<string, KeyObject>();
  for (const [name, key] of Object.entries(keys)) {
    const length = Buffer.byteLength(name);
    if (length < 1 || length > 255) throw invalidOption('keys', name, 'names of 1 to 255 bytes');
    if (!(key instanceof Uint8Array) || key.byteLength !== 32) throw invalidOption('keys', name, 'keys of 32 bytes');
    secrets.set(name, createSecretKey(key));
  }
  const key = secrets.get(current);
  if (key === undefined) throw invalidOption('current', current, `one of ${[...secrets.keys()].join(', ')}`);
  const label = Buffer.concat([Buffer.from([Buffer.byteLength(current)]), Buffer.from(current)]);
  return { seal: { key, label }, codec, keyOf: (bytes) => keyIn(bytes, secrets) };
}

function keyIn(bytes: Uint8Array, secrets: ReadonlyMap<string, KeyObject>): { key: KeyObject; rest: Buffer } {
  const sealed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 1 + sealed.readUInt8(0);
  const key = secrets.get(sealed.toString('utf8', 1, end));
  if (key === undefined) throw new Error('The value is sealed with a key that is not known.');
  return { key, rest: sealed.subarray(end) };
}
