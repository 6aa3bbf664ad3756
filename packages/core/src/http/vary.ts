import { type HeaderList, headerNames, headerOf, trimBlanks } from './headers.ts';
import type { Variant, VariantIndex } from './records.ts';

/**
 * The names in `Vary`, in lower case, sorted, each once; `'*'` if the response cannot be matched to any other request,
 * because it says so or because what it says is not a list of names.
 */
export function varyNames(headers: HeaderList): readonly string[] | '*' {
  const names = headerNames(headerOf(headers, 'vary'));
  return names.every((name) => NAME.test(name)) ? [...new Set(names)].sort() : '*';
}

/** Of a request field; `*` alone is none. */
const NAME = /^(?!\*$)[!#$%&'*+.^_`|~\w-]+$/;

/** How the value of a request field is written into a secondary key. */
export type Normalise = (name: string, value: string) => string;

/**
 * What the named request fields contribute to a key (RFC 9111, section 4.1): two requests have the same values only if
 * they agree in each field.
 */
export function secondaryValues(
  names: readonly string[],
  header: (name: string) => string | undefined,
  normalise: Normalise,
): (string | null)[] {
  return names.map((name) => {
    const value = header(name);
    return value === undefined ? null : normalise(name, value);
  });
}

/** The part of a key that the named request fields make up. */
export function secondaryKey(names: readonly string[], values: readonly (string | null)[]): string {
  return JSON.stringify(names.map((name, index) => [name, values[index] ?? null]));
}

/**
 * The values of the stored response that is for this request: the one made for equal values, else one in the
 * language that the request likes best, if all other fields agree. Without such a response, the request's own values.
 */
export function selectVariant(
  { names, variants }: VariantIndex,
  values: readonly (string | null)[],
): readonly (string | null)[] {
  const language = names.indexOf('accept-language');
  const preferred = language === -1 ? undefined : preferredLanguage(values[language] ?? '');
  if (preferred === undefined || variants.some((variant) => sameValues(variant.values, values))) return values;
  const others = (list: readonly (string | null)[]) => list.filter((_, index) => index !== language);
  const found = variants.find(
    (variant) => variant.language === preferred && sameValues(others(variant.values), others(values)),
  );
  return found?.values ?? values;
}

/** The variants of a URL after one more was stored: the newest first, at most `max`; and those that had to go. */
export function withVariant(
  variants: readonly Variant[],
  added: Variant,
  max: number,
): { readonly kept: readonly Variant[]; readonly dropped: readonly Variant[] } {
  const all = [added, ...variants.filter(({ values }) => !sameValues(values, added.values))];
  return { kept: all.slice(0, max), dropped: all.slice(max) };
}

function sameValues(a: readonly (string | null)[], b: readonly (string | null)[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** The language that is liked more than every other one; `undefined` if there is no such. */
function preferredLanguage(value: string): string | undefined {
  const wishes = value.split(',').map((element) => {
    const [language = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return { language, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
  });
  const best = Math.max(...wishes.map(({ weight }) => weight));
  const liked = wishes.filter(({ weight }) => weight === best && weight > 0);
  return liked.length === 1 && liked[0]?.language !== '*' ? liked[0]?.language : undefined;
}

/** A field value with the blanks around its elements taken away. */
export function trimElements(value: string): string {
  return value.split(',').map(trimBlanks).join(',');
}

/** `Vary` with the names of the stored response and of the lines that middleware above the cache has set, each once. */
export function unitedVary(above: readonly string[], stored: string): string {
  const names = [...above, stored].join(',').split(',').map(trimBlanks);
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].join(', ');
}
