/**
 * The part of a `Cookie` field that consists of the named cookies, in the order of the field; `undefined` if none of
 * them is there.
 */
export function visibleCookies(field: string | undefined, names: readonly string[]): string | undefined {
  if (field === undefined || names.length === 0) return undefined;
  const pairs = field
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => names.includes(pair.split('=', 1)[0]?.trim() ?? ''));
  return pairs.length === 0 ? undefined : pairs.join('; ');
}
