import { type HeaderList, headerOf } from './headers.ts';
import type { ResolvedPolicy } from './policy.ts';
import { varyNames } from './vary.ts';

/** What a fill tells the adapter to add to the head that goes out now. */
export interface HeadAdditions {
  /** Parameters for this cache's member of `Cache-Status`. */
  readonly status: string;
  /** `Cache-Control`, if the handler sent neither it nor `Expires`. */
  readonly cacheControl: string | undefined;
  /** The whole of `Vary`, if the key makes it longer than what the handler sent. */
  readonly vary: string | undefined;
}

/** What the additions to a head depend on. */
export interface Verdict {
  /** Why the response is not stored; `undefined` if it is. */
  readonly refused: string | undefined;
  /** Request fields of the secondary key. */
  readonly vary: readonly string[];
}

/** What caches and browsers downstream are told beyond what the handler says. */
export function additionsTo(
  sent: HeaderList,
  { refused, vary }: Verdict,
  policy: ResolvedPolicy,
): Omit<HeadAdditions, 'status'> {
  if (!policy.mode.completesResponses) return { cacheControl: undefined, vary: undefined };
  const saysCacheControl = headerOf(sent, 'cache-control') !== undefined || headerOf(sent, 'expires') !== undefined;
  return {
    cacheControl: saysCacheControl ? undefined : cacheControl(policy, refused),
    vary: refused === undefined ? longerVary(sent, vary, policy) : undefined,
  };
}

/** Never more than what this cache may do itself. */
function cacheControl(policy: ResolvedPolicy, refused: string | undefined): string | undefined {
  if (refused === 'status') return undefined;
  if (refused !== undefined) return 'private, no-cache';
  const scope = policy.cookies === undefined || policy.cookies.length === 0 ? '' : 'private, ';
  const seconds = Math.min(Math.floor(policy.clientMaxAge / 1000), 2 ** 31);
  return seconds === 0 ? `${scope}no-cache` : `${scope}max-age=${seconds}`;
}

/** `Vary` with all request fields of the key; `undefined` if the handler's own has them all. */
function longerVary(sent: HeaderList, vary: readonly string[], policy: ResolvedPolicy): string | undefined {
  const named = varyNames(sent);
  if (named === '*') return undefined;
  const cookie = policy.cookies !== undefined && policy.cookies.length > 0 ? ['cookie'] : [];
  const missing = [...vary, ...policy.headers, ...cookie].filter((name) => !named.includes(name));
  if (missing.length === 0) return undefined;
  const own = headerOf(sent, 'vary');
  return [...(own === undefined ? [] : [own]), ...new Set(missing)].join(', ');
}
