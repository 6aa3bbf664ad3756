import { CacheError } from './errors.ts';

/**
 * What protects a stored value from a caller who changes what a hit returned.
 *
 * - `'frozen'` (default): the value is deep-frozen once, when it is stored, so a hit costs nothing and a change is an
 *   error where it is made. What freezing does not protect (`Date`, `Map`, `Set`, `Buffer` and other binary data)
 *   makes hits return a copy. Instances of classes are frozen too, and copied with their class where they hold such; what they
 *   keep in `#private` fields is neither.
 * - `'cloned'`: each hit returns a structured clone, which callers may change. Class instances lose their class.
 * - `'shared'`: the value itself, by reference. Fastest to store; callers must not change it.
 */
export type ValueIsolation = 'frozen' | 'cloned' | 'shared';

/** A value made safe to store, and whether hits must copy it. */
export interface Isolated<T> {
  readonly value: T;
  readonly copyOnRead: boolean;
}

/**
 * Makes a value safe to keep. Cost: one walk of the value; nothing for `'shared'`.
 *
 * @throws CacheError `ERR_CACHE_VALUE` for what cannot be frozen or cloned
 */
export function isolate<T>(value: T, isolation: ValueIsolation): Isolated<T> {
  if (isolation === 'shared') return { value, copyOnRead: false };
  try {
    if (!isObject(value) && typeof value !== 'function') return { value, copyOnRead: false };
    if (isolation === 'cloned') return { value: structuredClone(value), copyOnRead: true };
    if (!isObject(value)) return { value, copyOnRead: false };
    const changeable = deepFreeze(value, new Set());
    return changeable ? { value: copy(value), copyOnRead: true } : { value, copyOnRead: false };
  } catch (error) {
    const message = `The value cannot be ${isolation} (${String(error)}); allowed: what can, or the option values: 'shared'.`;
    throw new CacheError('ERR_CACHE_VALUE', message);
  }
}

/** A copy of a value for a hit: containers and binary data anew, all that is frozen for good by reference. */
export function copy<T>(value: T): T {
  return copyOf(value, new Map()) as T;
}

/** Freezes what can be frozen; true if something in the value can still be changed. */
function deepFreeze(value: object, seen: Set<object>): boolean {
  if (seen.has(value)) return false;
  seen.add(value);
  if (hasInternalState(value)) return true;
  Object.freeze(value);
  let changeable = false;
  for (const item of itemsOf(value)) {
    if (isObject(item) && deepFreeze(item, seen)) changeable = true;
  }
  return changeable;
}

function itemsOf(value: object): unknown[] {
  const symbols = Object.getOwnPropertySymbols(value);
  const values = Object.values(value) as unknown[];
  if (symbols.length === 0) return values;
  return [...values, ...symbols.map((symbol) => (value as Record<symbol, unknown>)[symbol])];
}

function copyOf(value: unknown, seen: Map<object, unknown>): unknown {
  if (!isObject(value)) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (typeof Buffer !== 'undefined' && Buffer.isBuffer(value)) return Buffer.from(value);
  if (value instanceof Date || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return structuredClone(value);
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>();
    seen.set(value, map);
    for (const [name, item] of value) map.set(copyOf(name, seen), copyOf(item, seen));
    return map;
  }
  if (value instanceof Set) {
    const set = new Set<unknown>();
    seen.set(value, set);
    for (const item of value) set.add(copyOf(item, seen));
    return set;
  }
  return copyProperties(value, seen);
}

function copyProperties(value: object, seen: Map<object, unknown>): unknown {
  const prototype = Object.getPrototypeOf(value) as object | null;
  const target = Array.isArray(value) ? [] : (Object.create(prototype) as object);
  seen.set(value, target);
  for (const name of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, name);
    if (property === undefined || (name === 'length' && Array.isArray(value))) continue;
    const { enumerable = true } = property;
    const copied = copyOf(Reflect.get(value, name), seen);
    Object.defineProperty(target, name, { value: copied, enumerable, configurable: true, writable: true });
  }
  return target;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function hasInternalState(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    value instanceof Date ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof ArrayBuffer
  );
}
