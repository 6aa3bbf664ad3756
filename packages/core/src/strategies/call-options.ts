import { CacheError, invalidOption, rejectUnknownOptions, show } from '../errors.ts';
import { validateTags } from '../invalidation/tags.ts';
import { type LifetimeOptions, lifetimeOf } from '../lifetime-options.ts';

/** The arguments of a function. */
export type Arguments = readonly unknown[];

/** The same arguments; TypeScript learns from them only what the function itself does not tell. */
export type Weak<Args extends Arguments> = { [Index in keyof Args]: Args[Index] };

/** Tags of a call: the same for all, or made of the arguments. */
export type TagsOption<Args extends Arguments> = readonly string[] | ((...args: Weak<Args>) => readonly string[]);

const NO_LIFETIME = { ttl: 0, staleWhileRevalidate: 0, staleIfError: 0 };

/** Checks names of options, and durations and tags if there are any. @throws CacheError `ERR_CACHE_OPTION` */
export function checkOptions(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', options, 'an object');
  rejectUnknownOptions(options, known);
  const { tags, ...lifetime } = options as { readonly tags?: unknown } & LifetimeOptions;
  lifetimeOf(lifetime, NO_LIFETIME);
  if (tags !== undefined && typeof tags !== 'function') validateTags(tags as readonly string[]);
}

/** Checks options that are functions. @throws CacheError `ERR_CACHE_OPTION` */
export function checkFunctions(options: object, names: readonly string[]): void {
  for (const name of names) {
    const given = (options as Record<string, unknown>)[name];
    if (given !== undefined && typeof given !== 'function') throw invalidOption(name, given, 'a function');
  }
}

/** The same options without those that are undefined, so that they do not hide what they are laid over. */
export function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The tags of a call. @throws CacheError `ERR_CACHE_OPTION` */
export function tagsOf<Args extends Arguments>(tags: TagsOption<Args> | undefined, args: Args): readonly string[] {
  if (tags === undefined) return [];
  return validateTags(typeof tags === 'function' ? tags(...args) : tags);
}

/**
 * What a predicate says; a promise would always be true.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 */
export function holds<Args extends Arguments>(
  option: string,
  predicate: (...args: Args) => boolean,
  ...args: Args
): boolean {
  const answer: unknown = predicate(...args);
  if (!(answer instanceof Promise)) return Boolean(answer);
  answer.catch(() => {});
  throw new CacheError(
    'ERR_CACHE_OPTION',
    `Option \`${option}\` returned ${show(answer)}, a promise; allowed: true or false.`,
    option,
  );
}
