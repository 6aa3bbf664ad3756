import { CacheError } from '../errors.ts';

/**
 * Refuses a value that a codec would change or lose, however deep inside.
 *
 * @param partsOf what is inside a value that the codec knows; `undefined` for one that it does not know
 * @param allowed for the error
 * @throws CacheError `ERR_CACHE_VALUE`, for cycles too
 */
export function rejectUnknownData(
  value: unknown,
  partsOf: (value: unknown) => Iterable<unknown> | undefined,
  allowed: string,
): void {
  const around = new Set<unknown>();
  const check = (part: unknown): void => {
    const parts = partsOf(part);
    if (parts === undefined) throw refusal(kindOf(part), allowed);
    if (parts === NOTHING) return;
    if (around.has(part)) throw refusal('a cycle', allowed);
    around.add(part);
    for (const inner of parts) check(inner);
    around.delete(part);
  };
  check(value);
}

/** The parts of a value that has none. */
export const NOTHING: readonly unknown[] = [];

/** Whether the value is an object without a class, so that its own properties are all there is to it. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'string') return 'a text with half a surrogate pair';
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid date';
  if (typeof value !== 'object' || value === null) return value === undefined ? 'undefined' : `a ${typeof value}`;
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  return isPlainObject(value) ? 'a property `__proto__`' : `an instance of ${String(prototype?.constructor?.name)}`;
}

function refusal(what: string, allowed: string): CacheError {
  return new CacheError('ERR_CACHE_VALUE', `The value is or holds ${what}; allowed: ${allowed}.`);
}
