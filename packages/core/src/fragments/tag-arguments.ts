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
