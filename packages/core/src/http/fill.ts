import type { MaybePromise } from '../backends/backend.ts';
import type { Clock } from '../clock.ts';
import { Collection, currentDependencies, type Dependencies } from '../dependencies.ts';
import type { Entry } from '../entry.ts';
import { CacheError } from '../errors.ts';
import type { HoledBody } from '../hole-marks.ts';
import { type CacheStatus, statusParameters } from './cache-status.ts';
import { concat } from './concat.ts';
import { additionsTo, type Verdict } from './downstream.ts';
import type { HeaderList } from './headers.ts';
import { holedPage } from './holed-page.ts';
import type { ResponseLifetime } from './modes/mode.ts';
import { joinParts, partOf, partsFit } from './parts.ts';
import type { ResolvedPolicy } from './policy.ts';
import type { StoredResponse } from './records.ts';
import type { HttpRequest } from './request.ts';
import type { Failure, HeadVerdict, ResponseSink, RunAgain, Substitute } from './response-sink.ts';
import { declaredLength, judge, type OwnFields, type ResponseHead, toResponseHead } from './response-head.ts';
import {
  confirmedFields,
  confirmedResponse,
  responseOf,
  storedResponse,
  type StoringContext,
} from './stored-response.ts';
import { isAbout } from './validation.ts';

/** A response that may be stored, and what it takes to store it. */
export interface Filled {
  readonly response: StoredResponse;
  readonly lifetime: ResponseLifetime;
  /** When its head came, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Request fields of the secondary key. */
  readonly vary: readonly string[];
  /** The tags of the stored response that was confirmed: a handler that answers 304 may not have come to its own. */
  readonly inheritedTags: readonly string[];
}

/** How a fill ended: with a response to store, one that must not be stored, a server error, a stale response, or none. */
export type Outcome = Filled | 'unstorable' | 'failed' | 'abandoned' | { readonly stale: Entry<StoredResponse> };

/** What a fill is given by the engine. */
export interface FillContext {
  readonly policy: ResolvedPolicy;
  readonly clock: Clock;
  readonly dependencies: Dependencies;
  readonly request: HttpRequest;
  /** Why the request went to the handler, for `Cache-Status`. */
  readonly fwd: NonNullable<CacheStatus['fwd']>;
  /** A strong validator for a body; `undefined` if the platform cannot make one. */
  readonly entityTag: (body: Uint8Array) => string | undefined;
  /** What is stored already: a stale response that the handler may confirm, or a part that it is asked to complete. */
  readonly stored: Entry<StoredResponse> | undefined;
  /** Whether that may still be used. */
  readonly isValid: (entry: Entry) => boolean;
  /** Request fields that the handler finds changed, in lower case; `undefined` for those that it does not find. */
  readonly fields: ReadonlyMap<string, string | undefined>;
  /** A fill for another run of the handler, if what it answers to this one is of no use. */
  readonly again: () => Fill;
  /** Called with each head. */
  readonly onHead: (status: number, headers: HeaderList) => void;
  /** Called once. Returns what is still to be waited for until the outcome is stored. */
  readonly onEnd: (outcome: Outcome) => MaybePromise<unknown>;
}

/**
 * One run of a handler whose response may be stored. The adapter pushes the head, the chunks and the end of the
 * response into it, in any case once it has begun `abandon()` when no end will come; the fill decides what is stored.
 */
export class Fill implements ResponseSink {
  /** Request fields that the handler looked at, in lower case; `'*'` for all of them. The adapter adds to it. */
  readonly inputs: Set<string> = new Set();
  readonly #context: FillContext;
  readonly #startedAt: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #head: ResponseHead | undefined;
  #ended = false;
  #held = false;
  /** The handler has left holes, so that nothing goes out before the body is whole. */
  #holed = false;
  #collection: Collection | undefined;
  #stored: MaybePromise<unknown>;

  constructor(context: FillContext) {
    this.#context = context;
    this.#startedAt = context.clock.now();
  }

  /** Request fields that the handler must find changed, in lower case; `undefined` for those that it must not find. */
  get fields(): ReadonlyMap<string, string | undefined> {
    return this.#context.fields;
  }

  /** Runs the handler; what it reads from a cache, now and in what it awaits, is noted until the response ends. */
  run<T>(handler: () => T): T {
    this.#collection = new Collection(this.#context.dependencies);
    return this.#collection.run(handler);
  }

  /** Does something on behalf of the handler once it has returned, such as reading its stream: noted as what it does itself. */
  resume<T>(work: () => T): T {
    return this.#ended || this.#collection === undefined ? work() : this.#collection.run(work);
  }

  /** Whether the caller is the handler of this fill, or something that it called or awaits. */
  get isAround(): boolean {
    return !this.#ended && currentDependencies()?.isWithin(this.#context.dependencies) === true;
  }

  /** Whether it is decided what is stored; what the handler sends from now on goes to its client only. */
  get ended(): boolean {
    return this.#ended;
  }

  /** What is to be waited for, after the end, until the outcome is stored. */
  get stored(): MaybePromise<unknown> {
    return this.#stored;
  }

  head(status: number, sent: HeaderList, own: OwnFields): HeadVerdict {
    const { stored, policy, dependencies, onHead } = this.#context;
    onHead(status, sent);
    this.#holed = dependencies.marks?.close() === true;
    if (stored !== undefined && stored.value.part === undefined && !this.#ended) {
      if (status === 304 && this.#isValidating) {
        return isAbout(stored.value.headers, sent) ? this.#confirmed(stored, sent, own) : this.#again();
      }
      if (status >= 500 && this.#mayReplace(stored, status)) return this.#staleInstead(stored, status);
    }
    const head = this.#headOf(status, sent, own);
    this.#head = head;
    const part = this.#ended ? undefined : this.#incomplete;
    if (part !== undefined && status !== 200 && status < 500) {
      const fits = status === 206 && partsFit(part, { headers: sent, part: partOf(sent) });
      this.#held = fits;
      return fits ? { kind: 'hold' } : this.#again();
    }
    const verdict = this.#judge(head, this.#bytes);
    if (verdict.refused !== undefined) this.#drop();
    if (this.#holed) return { kind: 'hold' };
    return { kind: 'send', additions: { status: this.#status(verdict), ...additionsTo(sent, verdict, policy) } };
  }

  chunk(bytes: Uint8Array): void {
    if (this.#ended && !this.#holed) return;
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#context.policy.maxBodyBytes) this.#drop();
    if (!this.#ended || this.#holed) this.#chunks.push(Uint8Array.prototype.slice.call(bytes));
  }

  end(): Substitute | RunAgain | Failure | undefined {
    if (this.#holed) return this.#endWithHoles();
    // What was held may have become too large to be kept; nothing of it went out.
    if (this.#ended) return this.#held ? this.#again() : undefined;
    if (this.#head === undefined) return undefined;
    const head = this.#head;
    const part = this.#incomplete;
    const response = this.#response(head);
    if (head.status !== 206 || part === undefined) {
      this.#finish(response === undefined ? 'unstorable' : this.#filled(response, head));
      return undefined;
    }
    const joined = response === undefined ? undefined : joinParts(part, response);
    if (joined === undefined) return this.#again();
    this.#held = false;
    this.#finish(this.#filled(joined, head));
    const status = statusParameters({ fwd: this.#context.fwd, fwdStatus: 206, stored: true });
    return this.#answer(joined, head.lifetime.initialAge, status);
  }

  abandon(): void {
    this.#finish('abandoned');
  }

  get #isValidating(): boolean {
    const { fields } = this.#context;
    return fields.get('if-none-match') !== undefined || fields.get('if-modified-since') !== undefined;
  }

  /** The stored part that the handler was asked to complete; a client's own range is answered by what comes for it. */
  get #incomplete(): StoredResponse | undefined {
    const { stored, fields } = this.#context;
    return stored?.value.part !== undefined && fields.get('range') !== undefined ? stored.value : undefined;
  }

  /** What the handler sent is of no use: it answers what only this cache asked. */
  #again(): RunAgain {
    this.#held = false;
    this.#finish('abandoned');
    return { kind: 'again', fill: this.#context.again() };
  }

  #headOf(status: number, headers: HeaderList, own: OwnFields): ResponseHead {
    const { policy, request, clock } = this.#context;
    const answer = { request, status, headers, requestedAt: this.#startedAt, receivedAt: clock.now() };
    return toResponseHead(answer, own, policy);
  }

  #status({ refused }: Verdict): string {
    const { fwd } = this.#context;
    return statusParameters(refused === undefined ? { fwd, stored: true } : { fwd, detail: refused });
  }

  /** A 304 to this cache's own conditions: the stored response goes out, with the fields of the 304. */
  #confirmed(entry: Entry<StoredResponse>, sent: HeaderList, own: OwnFields): HeadVerdict {
    const { clock, fwd } = this.#context;
    const { value } = entry;
    const set = confirmedFields(value, own.set, clock.now());
    const head = this.#headOf(value.status, confirmedFields(value, sent, clock.now()), { set, removed: value.removed });
    const { refused, vary } = this.#judge(head, value.body.byteLength);
    const response = confirmedResponse(value, head, this.#storing(vary));
    const stored = refused === undefined;
    this.#finish(stored ? { ...this.#filled(response, head), inheritedTags: entry.tags } : 'unstorable');
    const status = statusParameters({ fwd, fwdStatus: 304, stored, ...(refused !== undefined && { detail: refused }) });
    return this.#answer(response, head.lifetime.initialAge, status);
  }

  /** Whether a stale response may go out instead of this error (RFC 5861, section 4; RFC 9111, section 4.2.4). */
  #mayReplace(entry: Entry<StoredResponse>, status: number): boolean {
    const { isValid, clock } = this.#context;
    const { alwaysValidated, stale } = entry.value;
    const until = entry.staleAt + (status === 502 || status === 504 ? stale.ifLost : stale.ifError);
    return !alwaysValidated && entry.value.status < 500 && clock.now() < until && isValid(entry);
  }

  #staleInstead(entry: Entry<StoredResponse>, status: number): Substitute {
    const { clock, fwd } = this.#context;
    this.#finish({ stale: entry });
    const now = clock.now();
    const said = statusParameters({ fwd, fwdStatus: status, ttl: Math.floor((entry.staleAt - now) / 1000) });
    return this.#answer(entry.value, entry.value.initialAge + Math.max(0, now - entry.storedAt), said);
  }

  /** With its holes filled a response is for one client: nothing may be stored that is made around it. */
  #answer(response: StoredResponse, age: number, status: string): Substitute {
    if (response.holes !== undefined) this.#context.dependencies.limitAround();
    return { kind: 'answer', response, age, status };
  }

  #response(head: ResponseHead): StoredResponse | undefined {
    const { refused, vary } = this.#judge(head, this.#bytes);
    if (refused !== undefined || !this.#isWhole(head)) return undefined;
    return storedResponse(head, concat(this.#chunks), this.#storing(vary));
  }

  #isWhole(head: ResponseHead): boolean {
    const length = declaredLength(head.headers);
    return length === undefined || length === this.#bytes;
  }

  /** A page with holes goes out as a stored one does, whether it is stored or not. */
  #endWithHoles(): Substitute | Failure | undefined {
    const { marks } = this.#context.dependencies;
    const head = this.#head;
    this.#holed = false;
    if (head === undefined || marks === undefined) return undefined;
    const verdict = this.#judge(head, this.#bytes);
    const page = holedPage(head.headers, concat(this.#chunks), marks);
    if (page instanceof CacheError) {
      this.#finish('unstorable');
      return { kind: 'fail', error: page };
    }
    const response = this.#withHoles(head, page, verdict);
    const isStored = verdict.refused === undefined && this.#isWhole(head);
    this.#finish(isStored ? this.#filled(response, head) : 'unstorable');
    return this.#answer(response, head.lifetime.initialAge, this.#status(verdict));
  }

  #withHoles(head: ResponseHead, { body, holes }: HoledBody, { vary, refused }: Verdict): StoredResponse {
    const made = responseOf(head, body, undefined, this.#storing(vary, refused));
    return holes.length === 0 ? made : { ...made, holes };
  }

  /** What the rules say; and a response made of what must not be stored is not stored either. */
  #judge(head: ResponseHead, bytes: number): Verdict {
    const { policy, dependencies, clock } = this.#context;
    const verdict = judge(head, this.inputs, bytes, policy);
    const isForNobodyElse = verdict.refused === undefined && dependencies.limitFrom(clock.now()) === -Infinity;
    return isForNobodyElse ? { ...verdict, refused: 'lifetime' } : verdict;
  }

  #storing(vary: readonly string[], refused?: string): StoringContext {
    const { policy, entityTag, clock } = this.#context;
    return { policy, refused, vary, entityTag, fillDuration: clock.now() - this.#startedAt };
  }

  #filled(response: StoredResponse, head: ResponseHead): Filled {
    const { vary } = this.#judge(head, 0);
    return { response, lifetime: head.lifetime, receivedAt: head.receivedAt, vary, inheritedTags: [] };
  }

  /** Stops collecting the body; the response goes on to the client. */
  #drop(): void {
    this.#finish(this.#head !== undefined && this.#head.status >= 500 ? 'failed' : 'unstorable');
  }

  #finish(outcome: Outcome): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#holed) this.#chunks = [];
    this.#collection?.end();
    this.#stored = this.#context.onEnd(outcome);
  }
}
