import type { HeadAdditions } from './downstream.ts';
import type { Fill } from './fill.ts';
import type { HeaderList } from './headers.ts';
import type { StoredResponse } from './records.ts';
import type { OwnFields } from './response-head.ts';

/** A stored response that goes out instead of what the handler answers. */
export interface Substitute {
  readonly kind: 'answer';
  readonly response: StoredResponse;
  /** In milliseconds. */
  readonly age: number;
  /** Parameters for this cache's member of `Cache-Status`. */
  readonly status: string;
}

/** Nothing of what the handler sends can go out. */
export interface Failure {
  readonly kind: 'fail';
  readonly error: unknown;
}

/** What becomes of a head that the handler sends. */
export type HeadVerdict =
  /** It goes out, with these additions. */
  | { readonly kind: 'send'; readonly additions: HeadAdditions }
  /** Nothing of what the handler sends goes out. */
  | Substitute
  /** Nothing goes out until the end, which tells what does. */
  | { readonly kind: 'hold' }
  | RunAgain;

/** Nothing of what the handler sends goes out; it has to run once more, into another fill. */
export interface RunAgain {
  readonly kind: 'again';
  readonly fill: Fill;
}

/** Where a response is pushed while it is being made. */
export interface ResponseSink {
  /**
   * The head; again, if the one before could not be sent.
   *
   * @param sent everything that goes out
   * @param own what the handler and the middleware below the cache changed; the rest is set anew for each answer
   */
  head(status: number, sent: HeaderList, own: OwnFields): HeadVerdict;
  /** A piece of the body. It is copied, because the caller may reuse its memory. */
  chunk(bytes: Uint8Array): void;
  /** The handler has ended the response. What goes out now, if its head was held. */
  end(): Substitute | RunAgain | Failure | undefined;
  /** No end will come: the handler failed after the head, or the connection broke in the middle of the body. */
  abandon(): void;
}
