/** Keys that carry the tag, keys that do not, one that lives for moments only, and a number. */
export const TAGGED: readonly string[] = ['t0', 't1', 't2', 't3'];
export const UNTAGGED: readonly string[] = ['u0', 'u1', 'u2', 'u3'];
export const BRIEF = 'brief';
export const COUNTER = 'counter';
export const VALUES: readonly string[] = [...TAGGED, ...UNTAGGED];
export const ALL: readonly string[] = [...VALUES, BRIEF, COUNTER];

/** Whether a key, with the name of its cache before it, may be gone although nobody removed it. */
export function mayVanish(key: string): boolean {
  return key.endsWith(`/${BRIEF}`);
}
