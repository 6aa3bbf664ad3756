import { CacheError, show } from './errors.ts';

/** One part of a tuple key. Numbers must be finite. */
export type KeyPart = string | number | boolean | bigint | null;

/**
 * Names a value inside one namespace of a cache: a string, or a tuple of primitives.
 * Keys that differ never collide: `'1'`, `[1]`, `['1']`, `['a', 'b']` and `['a,b']` are five keys.
 *
 * @example
 * await cache.get('settings');
 * await cache.get(['city', 2_950_159, 'nearby']);
 */
export type Key = string | readonly KeyPart[];

/**
 * Makes the key that is used of the key that a caller gave. Namespace and version are added to what it returns, and keys that it
 * makes the same are the same.
 *
 * @example
 * const perTenant: KeyFunction = (key) => [currentTenant(), ...(typeof key === 'string' ? [key] : key)];
 */
export type KeyFunction = (key: Key) => Key;

const TUPLE = 0x5b; // [
const NAMESPACE = 0x40; // @
const ESCAPE = 0x5c; // \
const QUOTE = 0x22; // "

/** Characters of a key as a backend keeps it: a longer one is a mistake, such as a body in the place of its name. */
const MAX_LENGTH = 65_536;

/**
 * The text under which a backend keeps a key. A string key stands for itself, so that a look-up by a string builds
 * nothing; the first character tells tuples and namespaces apart, and a string that begins like one is escaped.
 *
 * @throws CacheError `ERR_CACHE_KEY`
 */
export function encodeKey(key: Key, maxLength: number = MAX_LENGTH): string {
  if (typeof key !== 'string') return limited(encodeTuple(key), maxLength);
  const first = key.charCodeAt(0);
  const standsForItself = first !== TUPLE && first !== NAMESPACE && first !== ESCAPE;
  if (standsForItself && key.length <= maxLength) return key;
  return limited(standsForItself ? key : `\\${key}`, maxLength);
}

/**
 * The same for backends that keep keys as bytes: half a surrogate pair in a string, which UTF-8 cannot say, is escaped
 * (`\\"a\\ud800"`). In tuples JSON does that already.
 */
export function encodeBytesKey(key: Key, maxLength: number = MAX_LENGTH): string {
  if (typeof key !== 'string' || key.isWellFormed()) return encodeKey(key, maxLength);
  return limited(`\\${JSON.stringify(key)}`, maxLength);
}

function encodeTuple(parts: readonly KeyPart[]): string {
  if (!(parts instanceof Array) || parts.length === 0) throw invalidKey(parts);
  let text = '';
  for (const part of parts) text += `${text === '' ? '[' : ','}${encodePart(part)}`;
  return `${text}]`;
}

/**
 * What `encodeKey` makes of tuples that begin with `first`, for many that do: what they have in common is encoded once.
 *
 * @param before what is put before each text
 * @param first at least one part
 */
export function tupleEncoder(before: string, first: readonly KeyPart[]): (others: readonly KeyPart[]) => string {
  const start = before + encodeTuple(first).slice(0, -1);
  const maxLength = before.length + MAX_LENGTH;
  return (others) => {
    let text = start;
    for (const part of others) text += `,${encodePart(part)}`;
    return limited(`${text}]`, maxLength);
  };
}

function encodePart(part: KeyPart): string {
  if (typeof part === 'string') return JSON.stringify(part);
  if (typeof part === 'number' && Number.isFinite(part)) return String(part);
  if (typeof part === 'bigint') return `${part}n`;
  if (typeof part === 'boolean' || part === null) return String(part);
  throw invalidKey(part);
}

function invalidKey(given: unknown): CacheError {
  const allowed = 'a string, or a non-empty array of strings, finite numbers, booleans, bigints and null';
  return new CacheError('ERR_CACHE_KEY', `A key (or a part of it) is ${show(given)}; allowed: ${allowed}.`);
}

function limited(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  throw new CacheError('ERR_CACHE_KEY', `A key takes ${text.length} characters; allowed: ${maxLength}.`);
}

/** Names from the outermost namespace inwards; a number marks those that are the library's own. */
export type NamespacePath = readonly (string | number)[];

/** What is put before each encoded key of a nested namespace; empty for the root. */
export function namespacePrefix(path: NamespacePath): string {
  return path.length === 0 ? '' : `@${JSON.stringify(path)}`;
}

/** Whether an encoded key is in the namespace, or in one inside it. */
export function isInNamespace(encoded: string, path: NamespacePath): boolean {
  if (path.length === 0) return true;
  const start = namespacePrefix(path).slice(0, -1);
  return encoded.startsWith(start) && /^[,\]]/.test(encoded.slice(start.length, start.length + 1));
}

/** The name under which clearing a namespace is remembered. */
export function scopeName(cacheName: string, path: NamespacePath): string {
  return `\0${JSON.stringify([cacheName, ...path])}`;
}

/** The namespace of such a name; `undefined` for any other name. */
export function scopePath(name: string): NamespacePath | undefined {
  return name.startsWith('\0[') ? (JSON.parse(name.slice(1)) as NamespacePath).slice(1) : undefined;
}

/** The key that `encodeKey` made this text of; `undefined` for any other text. */
export function decodeKey(text: string): Key | undefined {
  const first = text.charCodeAt(0);
  if (first === NAMESPACE) return undefined;
  try {
    if (first === TUPLE) return decodeTuple(text);
    if (first !== ESCAPE) return text;
    return text.charCodeAt(1) === QUOTE ? (JSON.parse(text.slice(1)) as string) : text.slice(1);
  } catch {
    return undefined;
  }
}

function decodeTuple(text: string): KeyPart[] {
  // A bigint is a number with an `n` outside of a string, which JSON does not have: it travels as an object.
  const json = text.replace(/"(?:[^"\\]|\\.)*"|(-?\d+)n/g, (all, digits?: string) =>
    digits === undefined ? all : `{"n":"${digits}"}`,
  );
  const parts = JSON.parse(json) as (KeyPart | { readonly n: string })[];
  return parts.map((part) => (typeof part === 'object' && part !== null ? BigInt(part.n) : part));
}
