import type { HeaderList } from '../headers.ts';
import type { StaleWindows } from '../records.ts';
import type { HttpRequest } from '../request.ts';
import type { RequestDemands } from '../request-directives.ts';
import type { ResponseDirectives } from '../response-directives.ts';

/** What the rules look at of a policy; durations in milliseconds. */
export interface ModePolicy {
  /** `undefined`: a response that does not say so is not fresh. */
  readonly maxAge: number | undefined;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly staleIfUnreachable: number;
  readonly keepStale: number;
  readonly cookies: readonly string[] | undefined;
  readonly storeSetCookie: boolean;
  /** A known user does not matter, because no handler whose answer is stored sees who it is. */
  readonly ignoresIdentity: boolean;
}

/** What a handler answered, as far as the rules look at it. */
export interface Answer {
  readonly request: HttpRequest;
  readonly status: number;
  readonly headers: HeaderList;
  readonly directives: ResponseDirectives;
  /** When the handler was asked, in milliseconds since 1970. */
  readonly requestedAt: number;
  /** When its head came, in milliseconds since 1970. */
  readonly receivedAt: number;
}

/** How long a response lives in this cache, in milliseconds. */
export interface ResponseLifetime {
  /** How long it is fresh from when it came; negative if it came stale. */
  readonly ttl: number;
  /** Whether the response gave its freshness itself. */
  readonly said: boolean;
  /** The age it came with. */
  readonly initialAge: number;
  readonly alwaysValidated: boolean;
  readonly staleWhileRevalidate: number;
  readonly stale: StaleWindows;
  /** How long a stale response is kept, so that it can be validated. */
  readonly keep: number;
}

/**
 * The rules by which requests and responses are judged. All are pure. There are two sets: what RFC 9111 allows a shared
 * cache, and what an application that was not written for a shared cache can bear.
 */
export interface Mode {
  /** Why a request goes past the cache, if it does; a token for the `detail` of `Cache-Status`. */
  readonly whyBypass: (request: HttpRequest, policy: ModePolicy) => string | undefined;
  /** What of the client's wishes is granted. */
  readonly demands: (request: HttpRequest) => RequestDemands;
  /** Why a response is not stored, if it is not; a token for the `detail` of `Cache-Status`. */
  readonly whyNotStored: (answer: Answer, policy: ModePolicy) => string | undefined;
  readonly lifetime: (answer: Answer, policy: ModePolicy) => ResponseLifetime;
  /** The value of a request field for a secondary key: requests with equal ones may share a response. */
  readonly normalise: (name: string, value: string) => string;
  /** Fields in `Vary` that need no place in the secondary key, because the key has what of them a handler can see. */
  readonly coveredFields: ReadonlySet<string>;
  /** A response in the language that a client likes best is for that client, whatever else its `Accept-Language` says. */
  readonly selectsByLanguage: boolean;
  /** The handler sees only what the key covers, and what it looks at is noted. */
  readonly watchesHandler: boolean;
  /** Requests for a range go to the handler with the range if nothing is stored, and what comes back may be stored. */
  readonly storesParts: boolean;
  /** Browsers are told what to do with a response that says nothing: `Cache-Control`, `Vary` and `ETag` are added. */
  readonly completesResponses: boolean;
}
