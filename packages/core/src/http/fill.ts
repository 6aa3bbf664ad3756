import type { Clock } from '../clock.ts';
import { Collection, type Dependencies } from '../dependencies.ts';
import type { Lifetime } from '../entry.ts';
import { statusParameters } from './cache-status.ts';
import { initialAge, type ResponseLifetime, responseLifetime } from './freshness.ts';
import { type HeaderList, headerOf, hopByHopNames, withoutHeaders } from './headers.ts';
import { judgeInputs } from './inputs.ts';
import type { ResolvedPolicy } from './policy.ts';
import type { StoredResponse } from './records.ts';
import { whyNotStored } from './storability.ts';
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

/** How a handler changed the fields that it found in the response. */
export interface OwnFields {
  readonly set: HeaderList;
  /** Names in lower case. */
  readonly removed: readonly string[];
}

/** A response that may be stored, and what it takes to store it. */
export interface Filled {
  readonly response: StoredResponse;
  readonly lifetime: Lifetime;
  /** Request fields of the secondary key. */
  readonly vary: readonly string[];
}

/** How a fill ended: with a response to store, one that must not be stored, a server error, or none at all. */
export type Outcome = Filled | 'unstorable' | 'failed' | 'abandoned';

/** What a fill is given by the engine. */
export interface FillContext {
  readonly policy: ResolvedPolicy;
  readonly clock: Clock;
  readonly dependencies: Dependencies;
  /** Why the request went to the handler, for `Cache-Status`. */
  readonly fwd: 'uri-miss' | 'vary-miss' | 'stale';
  /** A strong validator for a body. */
  readonly entityTag: (body: Uint8Array) => string;
  /** Called once. */
  readonly onEnd: (outcome: Outcome) => void;
}

/**
 * One run of a handler whose response may be stored. The adapter pushes the head, the chunks and the end of the
 * response into it, in any case once it has begun `abandon()` when no end will come; the fill decides what is stored.
 */
export class Fill {
  /** Request fields that the handler looked at, in lower case; `'*'` for all of them. The adapter adds to it. */
  readonly inputs: Set<string> = new Set();
  readonly #context: FillContext;
  readonly #startedAt: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #head: Head | undefined;
  #ended = false;
  #collection: Collection | undefined;

  constructor(context: FillContext) {
    this.#context = context;
    this.#startedAt = context.clock.now();
  }

  /** Runs the handler; what it reads from a cache, now and in what it awaits, is noted until the response ends. */
  run(handler: () => void): void {
    this.#collection = new Collection(this.#context.dependencies);
    this.#collection.run(handler);
  }

  /**
   * The head of the response; again, if the one before could not be sent.
   *
   * @param sent everything that goes out
   * @param own what the handler and the middleware below the cache changed; the rest is set anew for each answer
   */
  head(status: number, sent: HeaderList, own: OwnFields): HeadAdditions {
    const now = this.#context.clock.now();
    const head = { status, sent, own, lifetime: responseLifetime(sent, this.#context.policy, now), receivedAt: now };
    this.#head = head;
    const { refused, vary } = this.#judge(head);
    const { policy, fwd } = this.#context;
    if (refused !== undefined) this.#drop();
    return {
      status: statusParameters(refused === undefined ? { fwd, stored: true } : { fwd, detail: refused }),
      cacheControl: saysCacheControl(sent) ? undefined : cacheControl(policy, refused),
      vary: refused === undefined ? downstreamVary(sent, vary, policy) : undefined,
    };
  }

  /** A piece of the body. It is copied, because the caller may reuse its memory. */
  chunk(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#context.policy.maxBodyBytes) this.#drop();
    else this.#chunks.push(Uint8Array.prototype.slice.call(bytes));
  }

  /** The handler has ended the response. */
  end(): void {
    if (this.#ended || this.#head === undefined) return;
    const filled = this.#filled(this.#head);
    this.#finish(filled ?? 'unstorable');
  }

  /** No end will come: the handler failed after the head, or the connection broke in the middle of the body. */
  abandon(): void {
    this.#finish('abandoned');
  }

  #filled(head: Head): Filled | undefined {
    const { policy, clock, entityTag } = this.#context;
    const { refused, vary } = this.#judge(head);
    const length = headerOf(head.sent, 'content-length');
    if (refused !== undefined || (length !== undefined && Number(length) !== this.#bytes)) return undefined;
    const now = clock.now();
    const body = concat(this.#chunks, this.#bytes);
    const headers = withoutHeaders(head.own.set, new Set([...hopByHopNames(head.sent), ...REWRITTEN]));
    const add = (name: string, value: () => string | undefined): void => {
      if (headerOf(headers, name.toLowerCase()) !== undefined) return;
      const text = value();
      if (text !== undefined) headers.push(name, text);
    };
    add('Cache-Control', () => (saysCacheControl(head.sent) ? undefined : cacheControl(policy, undefined)));
    add('Vary', () => downstreamVary(head.sent, vary, policy) ?? headerOf(head.own.set, 'vary'));
    add('Date', () => new Date(head.receivedAt).toUTCString());
    add('ETag', () => (head.status === 200 ? entityTag(body) : undefined));
    const fillDuration = now - this.#startedAt;
    const response = {
      kind: 'response',
      status: head.status,
      headers,
      removed: head.own.removed,
      body,
      initialAge: initialAge(head.sent),
      fillDuration,
    } as const;
    return { response, lifetime: head.lifetime, vary };
  }

  /** Whether the response may be stored as things stand; the handler may still look at more of the request. */
  #judge(head: Head): { refused: string | undefined; vary: readonly string[] } {
    const { policy } = this.#context;
    const named = varyNames(head.sent);
    const said = named === '*' ? [] : named;
    const inputs = judgeInputs(this.inputs, new Set([...said, ...policy.headers]));
    const tooLarge =
      this.#bytes > policy.maxBodyBytes || Number(headerOf(head.sent, 'content-length')) > policy.maxBodyBytes;
    const refused =
      whyNotStored(head.status, head.sent, head.lifetime.said) ??
      (inputs.uncovered === undefined ? undefined : `read:${inputs.uncovered}`) ??
      (tooLarge ? 'size' : undefined) ??
      (head.lifetime.ttl > 0 ? undefined : 'expired');
    const vary = [...new Set([...said, ...inputs.vary])].filter((name) => !IN_EVERY_KEY.has(name));
    return { refused, vary: vary.sort() };
  }

  /** Stops collecting the body; the response goes on to the client. */
  #drop(): void {
    this.#chunks = [];
    this.#finish(this.#head !== undefined && this.#head.status >= 500 ? 'failed' : 'unstorable');
  }

  #finish(outcome: Outcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#chunks = [];
    this.#collection?.end();
    this.#context.onEnd(outcome);
  }
}

interface Head {
  readonly status: number;
  readonly sent: HeaderList;
  readonly own: OwnFields;
  readonly lifetime: ResponseLifetime;
  readonly receivedAt: number;
}

/** Fields that need no place in the secondary key: the key has what of them a handler can see. */
const IN_EVERY_KEY: ReadonlySet<string> = new Set(['authorization', 'cookie', 'host']);

/** Fields that are made anew for each answer. */
const REWRITTEN = ['age', 'cache-status', 'content-length', 'server-timing', 'vary'];

function saysCacheControl(headers: HeaderList): boolean {
  return headerOf(headers, 'cache-control') !== undefined || headerOf(headers, 'expires') !== undefined;
}

/** What caches downstream are told where the handler says nothing: never more than what this cache may do itself. */
function cacheControl(policy: ResolvedPolicy, refused: string | undefined): string | undefined {
  if (refused === 'status') return undefined;
  if (refused !== undefined) return 'private, no-cache';
  const scope = policy.cookies === undefined || policy.cookies.length === 0 ? '' : 'private, ';
  const seconds = Math.min(Math.floor(policy.clientMaxAge / 1000), 2 ** 31);
  return seconds === 0 ? `${scope}no-cache` : `${scope}max-age=${seconds}`;
}

/** `Vary` with all request fields of the key; `undefined` if the handler's own has them all. */
function downstreamVary(sent: HeaderList, vary: readonly string[], policy: ResolvedPolicy): string | undefined {
  const named = varyNames(sent);
  if (named === '*') return undefined;
  const cookie = policy.cookies !== undefined && policy.cookies.length > 0 ? ['cookie'] : [];
  const missing = [...vary, ...policy.headers, ...cookie].filter((name) => !named.includes(name));
  if (missing.length === 0) return undefined;
  const own = headerOf(sent, 'vary');
  return [...(own === undefined ? [] : [own]), ...new Set(missing)].join(', ');
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}
