import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import { LIFETIME_OPTIONS } from '../lifetime-options.ts';
import type { Fragment } from './fragment.ts';

const NAMED = [...LIFETIME_OPTIONS, 'locale', 'using', 'when', 'allow'];

/** The name under which an entry for an engine may put the template among the options. */
export const TEMPLATE = '@template';

/** What is there besides options: Nunjucks marks them. */
const KNOWN: ReadonlySet<string> = new Set([...NAMED, TEMPLATE, '__keywords']);

/**
 * The fragment that the arguments of a tag or helper name: its name, what it varies on, and options by name. Where templates have
 * no arrays, one tag or one local may stand alone. Dates vary by their instant.
 *
 * It is made for every hit, so always of the same shape.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function fragmentOf(
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
  digest: string | undefined,
): Fragment {
  const varyOn: unknown[] = [];
  for (let index = 1; index < positional.length; index += 1) varyOn.push(plain(positional[index]));
  for (const option of Object.keys(named)) if (!KNOWN.has(option)) rejectUnknownOptions({ [option]: 0 }, NAMED);
  const { ttl, staleWhileRevalidate, staleIfError, tags, locale, using, when, allow } = named;
  const fragment: Record<keyof Fragment, unknown> = {
    name: nameOf(positional[0]),
    varyOn,
    digest,
    ttl: said(ttl),
    staleWhileRevalidate: said(staleWhileRevalidate),
    staleIfError: said(staleIfError),
    tags: listOf(tags),
    locale: said(locale),
    using: said(using),
    when: when === undefined ? undefined : Boolean(plain(when)),
    allow: listOf(allow),
  };
  return fragment as unknown as Fragment;
}

function said(value: unknown): unknown {
  return value === undefined ? undefined : (plain(value) ?? undefined);
}

function listOf(value: unknown): readonly unknown[] | undefined {
  const list = said(value);
  return list === undefined || Array.isArray(list) ? list : [list];
}

/** The arguments of a template function: those of `fragmentOf`, and the block. */
export interface BlockCall {
  readonly positional: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
  readonly block: () => unknown;
}

const NONE: BlockCall['named'] = {};

/**
 * The arguments of a function that templates call with a block, and with options before it. Takes them away from `values`.
 *
 * @throws CacheError `ERR_CACHE_OPTION` if the last one is not a function
 */
export function takeBlockCall(values: unknown[]): BlockCall {
  const block = values.pop();
  if (typeof block !== 'function') throw invalidOption('block', block, 'a function, as the last argument');
  const last = values.at(-1);
  const isNamed = typeof last === 'object' && last !== null && Object.getPrototypeOf(last) === Object.prototype;
  const named = isNamed ? (values.pop() as BlockCall['named']) : NONE;
  return { positional: values, named, block: block as () => unknown };
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
