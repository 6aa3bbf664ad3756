import { invalidOption } from '../errors.ts';

const FIELD_NAME = /^[!#$%&'+\-.^_`|~\w]+$/;

/**
 * The text of `Vary` with more names of request fields, each once.
 *
 * @param present what the field says so far
 * @throws CacheError `ERR_CACHE_OPTION` for what is no name of a field
 * @example
 * response.headers.set('Vary', formatVary(response.headers.get('Vary') ?? '', ['X-Currency']));
 */
export function formatVary(present: string, fields: readonly string[]): string {
  const wrong = fields.findIndex((name: unknown) => typeof name !== 'string' || !FIELD_NAME.test(name));
  if (fields.length === 0 || wrong !== -1) throw invalidOption('fields', fields[wrong], 'names of request fields');
  const names = [...present.split(','), ...fields].map((name) => name.trim()).filter((name) => name !== '');
  const known = new Set<string>();
  return names.filter((name) => !known.has(name.toLowerCase()) && known.add(name.toLowerCase())).join(', ');
}
