import { CacheError } from '../errors.ts';

/**
 * The text of `Vary` with more names of request fields, each once.
 *
 * @param present what the field says so far
 * @throws CacheError `ERR_CACHE_OPTION` for what is no name of a field
 * @example
 * response.headers.set('Vary', formatVary(response.headers.get('Vary') ?? '', ['X-Currency']));
 */
export function formatVary(present: string, fields: readonly string[]): string {
  const wrong = fields.length === 0 ? 'nothing' : fields.find((name) => !/^[!#$%&'+\-.^_`|~\w]+$/.test(name));
  if (wrong !== undefined) {
    const message = `\`Vary\` takes names of request fields; given: ${JSON.stringify(wrong)}.`;
    throw new CacheError('ERR_CACHE_OPTION', message, 'fields');
  }
  const names = [...present.split(','), ...fields].map((name) => name.trim()).filter((name) => name !== '');
  const known = new Set<string>();
  return names.filter((name) => !known.has(name.toLowerCase()) && known.add(name.toLowerCase())).join(', ');
}
