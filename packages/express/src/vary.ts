import { CacheError } from '@cache/core';
import type { ServerResponse } from 'node:http';

/** Adds names of request fields to `Vary`, each once. */
export function addVary(response: ServerResponse, fields: readonly string[]): void {
  checkFields(fields);
  const present = [response.getHeader('Vary') ?? []].flat().join(', ');
  const names = present.split(',').map((name) => name.trim());
  const known = new Set(names.map((name) => name.toLowerCase()));
  const added = fields.filter((name) => !known.has(name.toLowerCase()) && known.add(name.toLowerCase()));
  if (added.length > 0) response.setHeader('Vary', [...(present === '' ? [] : [present]), ...added].join(', '));
}

/** @throws CacheError `ERR_CACHE_OPTION` */
export function checkFields(fields: readonly string[]): void {
  const wrong = fields.length === 0 ? 'nothing' : fields.find((name) => !/^[!#$%&'+\-.^_`|~\w]+$/.test(name));
  if (wrong === undefined) return;
  const message = `\`Vary\` takes names of request fields; given: ${JSON.stringify(wrong)}.`;
  throw new CacheError('ERR_CACHE_OPTION', message, 'fields');
}
