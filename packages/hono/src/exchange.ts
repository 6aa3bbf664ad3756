import type { FetchExchange, HandlerRun, NoteHead } from '@cache/core/fetch';
import type { Context, MiddlewareHandler, Next } from 'hono';
import type { CacheEnv } from './cache-response.ts';
import { ClientAnswer } from './client-answer.ts';
import { hideIdentity } from './hide-identity.ts';
import { isIdentified, nodeMessages, routedUrl } from './facts.ts';
import { noteHead } from './note-head.ts';
import { controlsOf, fieldsAbove } from './response-fields.ts';
import { runBelow } from './run-below.ts';
import { show, showAround } from './shown-request.ts';

/** `RESPONSE_ALREADY_SENT` of `@hono/node-server`: the handler has written to Node's response itself. */
const ALREADY_SENT = 'x-hono-already-sent';

/** One request on its way through a cache in Hono, whose context has one response for all that happens. */
export class HonoExchange implements FetchExchange<undefined, Context> {
  readonly request: Request;
  readonly url: string | undefined;
  readonly target: string | undefined;
  readonly identified: boolean;
  readonly certified: boolean;
  readonly #c: Context<CacheEnv>;
  readonly #next: Next;
  readonly #middleware: MiddlewareHandler<CacheEnv>;
  readonly #index: number;
  #client: ClientAnswer | undefined;

  constructor(c: Context<CacheEnv>, next: Next, middleware: MiddlewareHandler<CacheEnv>) {
    this.#c = c;
    this.#next = next;
    this.#middleware = middleware;
    this.#index = c.req.routeIndex;
    this.request = c.req.raw;
    const { incoming } = nodeMessages(c);
    this.target = routedUrl(this.request.url, incoming);
    this.url = this.target;
    this.identified = isIdentified(c);
    this.certified = incoming?.socket?.authorized === true;
  }

  /** Runs what is below the cache and takes what the context has then. */
  async next(shown: Request, { purpose, isAround, hidesIdentity }: HandlerRun): Promise<Response | undefined> {
    const c = this.#c;
    c.set('cache', controlsOf(c));
    if (purpose === 'refresh') show(c.req, shown);
    else if (shown !== this.request) showAround(c.req, shown, isAround);
    if (hidesIdentity) hideIdentity(c, isAround);
    if (purpose === 'again') {
      this.#forgetAnswer();
      await runBelow(c, this.#middleware, this.#index);
    } else await this.#next();
    return c.finalized && !c.res.headers.has(ALREADY_SENT) ? c.res : undefined;
  }

  get context(): Context {
    return this.#c;
  }

  above(): Headers | undefined {
    return fieldsAbove(this.#c);
  }

  async beforeRefresh(): Promise<void> {
    this.#client = new ClientAnswer(nodeMessages(this.#c).outgoing);
    await this.#client.out;
    this.#forgetAnswer();
  }

  onHit(note: NoteHead): void {
    const { outgoing } = nodeMessages(this.#c);
    if (outgoing !== undefined) noteHead(outgoing, note);
  }

  defer(work: Promise<unknown>): void {
    try {
      this.#c.executionCtx.waitUntil(work);
    } catch {
      // Node needs nobody to wait.
    }
  }

  /** Puts the answer in place of what the context has. Hono would mix the fields of both. */
  answer(response: Response | undefined): void {
    const c = this.#c;
    if (response === undefined || (c.finalized && response === c.res)) return;
    c.res = undefined;
    c.res = this.#client?.watch(response) ?? response;
  }

  #forgetAnswer(): void {
    this.#c.res = undefined;
    this.#c.finalized = false;
    this.#c.error = undefined;
  }
}
