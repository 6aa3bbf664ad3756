import { type Cache, spaceOf } from '../cache.ts';
import { CacheError, invalidOption } from '../errors.ts';

/** By what namespaces share: the function that has a default name there. */
const owners = new WeakMap<object, Map<string, object>>();

/**
 * Takes a name that nobody gave for the keys of a function. Two functions that happen to have the same name would answer each
 * other's values, so the second one is refused.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function claimDefaultName(cache: Cache, name: string, owner: object): void {
  if (name === '')
    throw invalidOption('name', name, 'a name for the keys, because the function has none, or the option `key`');
  const { root, prefix } = spaceOf(cache);
  const names = owners.get(root) ?? new Map<string, object>();
  owners.set(root, names);
  const known = names.get(prefix + name);
  if (known === undefined) names.set(prefix + name, owner);
  if (known === undefined || known === owner) return;
  const message = `Two cached functions are called ${JSON.stringify(name)}; allowed: one in each namespace, unless \`name\` or \`key\` tells what they share.`;
  throw new CacheError('ERR_CACHE_OPTION', message, 'name');
}
