import { hasEncodableHead } from './encodings.ts';
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
  const encodable = refused === undefined && policy.encodings.length > 0 && hasEncodableHead(sent);
  const completes = policy.mode.completesResponses;
  const names = completes && refused === undefined ? [...vary, ...policy.headers, ...varyingCookie(policy)] : [];
  const saysCacheControl = headerOf(sent, 'cache-control') !== undefined || headerOf(sent, 'expires') !== undefined;
  return {
    cacheControl: completes && !saysCacheControl ? cacheControl(policy, refused) : undefined,
    vary: longerVary(sent, encodable ? [...names, 'Accept-Encoding'] : names),
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

function varyingCookie({ cookies }: ResolvedPolicy): readonly string[] {
  return cookies !== undefined && cookies.length > 0 ? ['cookie'] : [];
}

/** `Vary` with these names; `undefined` if the handler's own has them all. */
function longerVary(sent: HeaderList, names: readonly string[]): string | undefined {
  const named = varyNames(sent);
  if (named === '*') return undefined;
  const missing = names.filter((name) => !named.includes(name.toLowerCase()));
  if (missing.length === 0) return undefined;
  const own = headerOf(sent, 'vary');
  return [...(own === undefined ? [] : [own]), ...new Set(missing)].join(', ');
}
