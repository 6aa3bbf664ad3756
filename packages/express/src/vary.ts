import { formatVary } from '@cache/core';
import type { ServerResponse } from 'node:http';

/** Adds names of request fields to `Vary`, each once. @throws CacheError `ERR_CACHE_OPTION` */
export function addVary(response: ServerResponse, fields: readonly string[]): void {
  response.setHeader('Vary', formatVary([response.getHeader('Vary') ?? []].flat().join(', '), fields));
}
