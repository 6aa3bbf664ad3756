import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { KeyPart } from '../key.ts';
import { LIFETIME_OPTIONS } from '../lifetime-options.ts';
import type { Fragment } from './fragment.ts';

const NAMED = [...LIFETIME_OPTIONS, 'locale', 'digest', 'using', 'when', 'allow'];

/**
 * The fragment that the arguments of a tag or helper name: its name, what it varies on, and options by name. Where templates have
 * no arrays, one tag or one local may stand alone. Dates vary by their instant.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function fragmentOf(positional: readonly unknown[], named: Readonly<Record<string, unknown>>): Fragment {
  rejectUnknownOptions(named, NAMED);
  const [name, ...varyOn] = positional.map(plain);
  const given = Object.entries(named).map(([option, value]) => [option, plain(value)] as const);
  const options = Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== null));
  for (const list of ['tags', 'allow']) {
    if (list in options && !Array.isArray(options[list])) options[list] = [options[list]];
  }
  if ('when' in options) options['when'] = Boolean(options['when']);
  return { ...options, name: nameOf(name), varyOn: varyOn as KeyPart[] };
}

/** The name of the hole that the arguments of a tag or helper name. */
export function nameOf(name: unknown): string {
  const text = plain(name);
  if (typeof text !== 'string' || text === '') throw invalidOption('name', text, 'a non-empty string');
  return text;
}

/** Engines wrap strings that are safe to print, and a guarded one is wrapped, too. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return value instanceof String || value instanceof Number ? value.valueOf() : value;
}
