import type { Context } from 'hono';
import { IDENTITIES } from './facts.ts';

/** What middleware knows of who is asking, or of a visit. */
const HIDDEN: ReadonlySet<string> = new Set([...IDENTITIES, 'currentUser', 'session']);

/**
 * Hides from the handlers below the cache, and from streams that they leave behind, who is asking: what they answer is for everybody.
 *
 * @param isAround whether the caller is one of those handlers
 */
export function hideIdentity(c: Context, isAround: () => boolean): void {
  const get = c.get.bind(c) as (name: string) => unknown;
  const all = (): Record<string, unknown> =>
    Reflect.get(Object.getPrototypeOf(c) as object, 'var', c) as Record<string, unknown>;
  const value = (name: string): unknown => (HIDDEN.has(name) && isAround() ? undefined : get(name));
  Object.defineProperty(c, 'get', { value, configurable: true, writable: true });
  Object.defineProperty(c, 'var', {
    get: () => (isAround() ? Object.fromEntries(Object.entries(all()).filter(([name]) => !HIDDEN.has(name))) : all()),
    configurable: true,
  });
}
