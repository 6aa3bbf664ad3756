import { CacheError, show } from '../errors.ts';
import type { Key, KeyPart } from '../key.ts';

/** Marks a part that stands for something else than itself. */
const MARK = '\0';
const MAX_DEPTH = 64;

/**
 * The key of a call: a name and the arguments. Primitives stand for themselves; all else becomes a text that no other argument
 * has, whatever the order of its properties. Trailing `undefined`s are left out.
 *
 * @param ignored positions of arguments that do not count
 * @throws CacheError `ERR_CACHE_KEY` for an argument that is no data, such as a function or an instance of a class
 */
export function argumentKey(name: string, args: readonly unknown[], ignored: readonly number[]): Key {
  const last = args.findLastIndex((arg, index) => arg !== undefined && !ignored.includes(index));
  const parts: KeyPart[] = [name];
  for (let index = 0; index <= last; index += 1) {
    if (!ignored.includes(index)) parts.push(partOf(args[index], index));
  }
  return parts;
}

/** `argumentKey` for one argument. */
export function keyOfOne(name: string, arg: unknown): Key {
  return arg === undefined ? [name] : [name, partOf(arg, 0)];
}

function partOf(arg: unknown, index: number): KeyPart {
  if (arg === null || typeof arg === 'boolean' || typeof arg === 'bigint') return arg;
  if (typeof arg === 'number' && Number.isFinite(arg)) return arg;
  if (typeof arg === 'string' && !arg.startsWith(MARK)) return arg;
  return MARK + textOf(arg, index, 0);
}

/** The value as text; different values have different texts. */
function textOf(value: unknown, index: number, depth: number): string {
  if (depth > MAX_DEPTH) throw noData(index, 'nested too deep, or in a circle');
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  if (typeof value !== 'object') throw noData(index, show(value));
  const inner = (item: unknown): string => textOf(item, index, depth + 1);
  if (Array.isArray(value)) return `[${Array.from(value, inner).join(',')}]`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof URL) return `URL(${JSON.stringify(value.href)})`;
  if (value instanceof Map) return `Map${inner([...value])}`;
  if (value instanceof Set) return `Set${inner([...value])}`;
  if (value instanceof Uint8Array) return `Bytes(${Buffer.from(value).toString('base64')})`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw noData(index, `an instance of ${value.constructor.name || 'a class'}`);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw noData(index, 'an object with symbols');
  const names = Object.keys(value).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}:${inner((value as Record<string, unknown>)[name])}`).join(',')}}`;
}

function noData(index: number, what: string): CacheError {
  const allowed = 'plain data; else give the option `key`, or `ignore` if it makes no difference to the result';
  return new CacheError('ERR_CACHE_KEY', `Argument ${index} of a cached function is ${what}; allowed: ${allowed}.`);
}
