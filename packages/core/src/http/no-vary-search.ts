import { ofEachTarget, parameterName, withParameters } from './query.ts';
import { type FieldValue, parseDictionary } from './structured-fields.ts';

/** What `No-Vary-Search` says of the query of a URL (draft-ietf-httpbis-no-vary-search). */
export interface SearchRules {
  /** Whether a parameter tells one response from another. */
  readonly matters: (name: string) => boolean;
  /** Whether the order of different parameters matters. */
  readonly ordered: boolean;
}

/** The rules of the field; `undefined` if it changes nothing or is not well formed. */
export function parseNoVarySearch(field: string | undefined): SearchRules | undefined {
  const members = field === undefined ? undefined : parseDictionary(field);
  if (members === undefined) return undefined;
  const keyOrder = members.get('key-order');
  const params = members.get('params');
  const except = members.get('except');
  if (keyOrder !== undefined && keyOrder.type !== 'boolean') return undefined;
  const exceptions = except === undefined ? [] : names(except);
  if (exceptions === undefined || (except !== undefined && !isTrue(params))) return undefined;
  const ignored = params === undefined || isTrue(params) || isFalse(params) ? [] : names(params);
  if (ignored === undefined) return undefined;
  const ordered = !isTrue(keyOrder);
  if (ordered && !isTrue(params) && ignored.length === 0) return undefined;
  const matters = isTrue(params)
    ? (name: string): boolean => exceptions.includes(name)
    : (name: string): boolean => !ignored.includes(name);
  return { matters, ordered };
}

/** The URL that stands for all those that the rules call the same. */
export function searchKey(url: string, rules: SearchRules): string {
  return ofEachTarget(url, (target) => searchKeyOf(target, rules));
}

function searchKeyOf(url: string, { matters, ordered }: SearchRules): string {
  const kept = withParameters(url, matters);
  const start = kept.indexOf('?');
  if (ordered || start === -1) return kept;
  const pairs = kept.slice(start + 1).split('&');
  const byName = pairs.map((pair, index) => ({ pair, index, name: parameterName(pair) }));
  byName.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.index - b.index));
  return `${kept.slice(0, start)}?${byName.map(({ pair }) => pair).join('&')}`;
}

function isTrue(value: FieldValue | undefined): boolean {
  return value?.type === 'boolean' && value.value;
}

function isFalse(value: FieldValue): boolean {
  return value.type === 'boolean' && !value.value;
}

function names(value: FieldValue): readonly string[] | undefined {
  if (value.type !== 'list') return undefined;
  const strings = value.value.flatMap((item) => (item.type === 'string' ? [item.value] : []));
  return strings.length === value.value.length ? strings : undefined;
}
