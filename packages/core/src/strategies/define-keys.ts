import { invalidOption } from '../errors.ts';
import type { Key, KeyPart } from '../key.ts';
import { LIFETIME_OPTIONS, type LifetimeOptions } from '../lifetime-options.ts';
import { type Arguments, checkOptions, type TagsOption, tagsOf } from './call-options.ts';

/** What follows the name in a key: one part, or several, or none. */
export type KeyParts = KeyPart | readonly KeyPart[];

/** One entry of `defineKeys` with the lifetime of the values under such keys. */
export interface KeyDefinition<Args extends Arguments> extends Omit<LifetimeOptions, 'tags'> {
  /** What follows the name in the key. */
  readonly key: (...args: Args) => KeyParts;
  /** Tags of the values. */
  readonly tags?: TagsOption<Args>;
}

/** Makes the keys of one kind, and knows how long what lies under them lives. */
export interface DefinedKey<Args extends Arguments> {
  (...args: Args): Key;
  /** Lifetime and tags, for `set` and `getOrSet`. */
  readonly options: (...args: Args) => LifetimeOptions;
}

const OPTIONS = ['key', ...LIFETIME_OPTIONS];

/** What a defined key was defined with. */
interface Definition {
  readonly lifetime: Omit<LifetimeOptions, 'tags'>;
  readonly tags: TagsOption<Arguments> | undefined;
}

const definitions = new WeakMap<object, Definition>();

/**
 * Declares the keys of an application in one typed place, each with the lifetime and the tags of its values. A key begins with its name, so
 * that no two of them meet.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const keys = defineKeys({
 *   settings: () => [],
 *   city: { key: (id: number) => id, ttl: '10m', tags: (id) => [`city:${id}`] },
 * });
 * keys.city(5); // ['city', 5]
 * await cache.set(keys.city(5), city, keys.city.options(5));
 * const readCity = cached(cache, { key: keys.city }, (id) => db.city(id));
 */
export function defineKeys<A extends Record<string, Arguments>>(
  keys: {
    readonly [Name in keyof A]: ((...args: A[Name]) => KeyParts) | KeyDefinition<A[Name]>;
  },
): { readonly [Name in keyof A]: DefinedKey<A[Name]> } {
  const defined = Object.entries(keys).map(([name, definition]) => {
    return [name, defineKey(name, definition as KeyDefinition<Arguments>)] as const;
  });
  return Object.freeze(Object.fromEntries(defined)) as unknown as { readonly [Name in keyof A]: DefinedKey<A[Name]> };
}

/** The lifetime and tags that a key function brings along, if it comes from `defineKeys`. */
export function definitionOf(key: unknown): Definition | undefined {
  return typeof key === 'function' ? definitions.get(key) : undefined;
}

function defineKey(
  name: string,
  given: KeyDefinition<Arguments> | KeyDefinition<Arguments>['key'],
): DefinedKey<Arguments> {
  const definition = typeof given === 'function' ? { key: given } : given;
  if (typeof definition !== 'object' || definition === null || typeof definition.key !== 'function') {
    throw invalidOption(name, given, 'a function that makes a key, or an object with such a function as `key`');
  }
  checkOptions(definition, OPTIONS);
  const { key: partsOf, tags, ...lifetime } = definition;
  const key = (...args: Arguments): Key => {
    const parts = partsOf(...args);
    return Array.isArray(parts) ? [name, ...(parts as readonly KeyPart[])] : [name, parts as KeyPart];
  };
  const options = (...args: Arguments): LifetimeOptions => {
    return tags === undefined ? lifetime : { ...lifetime, tags: tagsOf(tags, args) };
  };
  const defined = Object.freeze(Object.assign(key, { options }));
  definitions.set(defined, { lifetime, tags });
  return defined;
}
