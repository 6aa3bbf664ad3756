import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import { LIFETIME_OPTIONS } from '../lifetime-options.ts';
import type { Fragment } from './fragment.ts';

const NAMED = [...LIFETIME_OPTIONS, 'locale', 'using', 'when', 'allow'];

/**
 * The fragment that the arguments of a tag or helper name: its name, what it varies on, and options by name. Where templates have
 * no arrays, one tag or one local may stand alone. Dates vary by their instant.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function fragmentOf(
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
  digest: string | undefined,
): Fragment {
  const fragment: Record<string, unknown> = {
    name: nameOf(positional[0]),
    varyOn: positional.slice(1).map(plain),
    digest,
  };
  for (const option of Object.keys(named)) {
    const value = plain(named[option]);
    if (!NAMED.includes(option)) rejectUnknownOptions(named, NAMED);
    else if (option === 'when') fragment[option] = Boolean(value);
    else if (value !== undefined && value !== null) fragment[option] = LISTS.has(option) ? listOf(value) : value;
  }
  return fragment as unknown as Fragment;
}

const LISTS: ReadonlySet<string> = new Set(['tags', 'allow']);

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The arguments of a template function: those of `fragmentOf`, and the block. Options by name may stand last before it. */
export interface BlockCall {
  readonly positional: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
  readonly block: () => unknown;
}

/**
 * The arguments of a function that templates call with a block.
 *
 * @throws CacheError `ERR_CACHE_OPTION` if the last one is not a function
 */
export function blockCallOf(values: readonly unknown[]): BlockCall {
  const block = values.at(-1);
  if (typeof block !== 'function') throw invalidOption('block', block, 'a function, as the last argument');
  const last = values.at(-2);
  const hasNamed = typeof last === 'object' && last !== null && Object.getPrototypeOf(last) === Object.prototype;
  return {
    positional: values.slice(0, hasNamed ? -2 : -1),
    named: hasNamed ? (last as Record<string, unknown>) : {},
    block: block as () => unknown,
  };
}

/** The name of the hole that the arguments of a tag or helper name. */
export function nameOf(name: unknown): string {
  const text = plain(name);
  if (typeof text !== 'string' || text === '') throw invalidOption('name', text, 'a non-empty string');
  return text;
}

/** Engines wrap strings that are safe to print, and a guarded one is wrapped, too. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  return value instanceof String || value instanceof Number ? value.valueOf() : value;
}
