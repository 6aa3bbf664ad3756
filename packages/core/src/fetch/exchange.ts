import type { NoteHead } from '../http/hit-learner.ts';

/**
 * One request on its way through a cache on a platform that has `Request` and `Response`. `Own` is `undefined` where handlers
 * may answer in some way of their own.
 */
export interface FetchExchange<Own extends undefined = undefined, Context = unknown> {
  readonly request: Request;
  /** Path and query that the key is made of. Default: those of the request. */
  readonly url?: string | undefined;
  /** Path and query as the client sent them, if something above the cache has routed the request elsewhere. Default: as `url`. */
  readonly target?: string | undefined;
  /** Whether it is known who is asking. Default: false. */
  readonly identified?: boolean | undefined;
  /** Whether a client certificate that was checked tells it. Default: false. */
  readonly certified?: boolean | undefined;
  /**
   * Runs what is below the cache with the request as the cache shows it, and returns what that answered; `undefined` if
   * it has answered in some way of its own. Called once, again for a refresh or if the run says so.
   */
  readonly next: (request: Request, run: HandlerRun) => Response | Own | Promise<Response | Own>;
  /** The fields that are set already and go out with every answer; `undefined` for none. */
  readonly above?: (() => Headers | undefined) | undefined;
  /** Resolves when the handler may run for a refresh: on a framework with one state for each request, once the client has its answer. */
  readonly beforeRefresh?: (() => Promise<void>) | undefined;
  /**
   * Called with a hit that something learns from which answers hits before the framework runs. `note` is to be called with the status and
   * all fields of the answer as they go out.
   */
  readonly onHit?: ((note: NoteHead) => void) | undefined;
  /** Keeps the runtime alive for work that the client does not wait for (`waitUntil`). It never rejects. */
  readonly defer?: ((work: Promise<unknown>) => void) | undefined;
  /** What functions that fill holes are given of the framework. Default: the request. */
  readonly context?: Context;
}

/** One run of what is below the cache. */
export interface HandlerRun {
  /**
   * `'pass'`: past the cache, with the request as it came. `'fill'`: what is answered may be stored. `'again'`: the
   * same once more, because the first answer was of no use. `'refresh'`: without a client.
   */
  readonly purpose: 'pass' | 'fill' | 'again' | 'refresh';
  /** Whether the caller is this run, or something that it called or awaits. */
  readonly isAround: () => boolean;
  /** What is answered is for everybody, also where it is known who is asking: handlers must not find who it is. */
  readonly hidesIdentity: boolean;
}
