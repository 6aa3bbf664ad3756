import type { MaybePromise } from '../../backends/backend.ts';
import type { Clock } from '../../clock.ts';

/** What a write does to the value of a key. */
export type WriteKind = 'save' | 'remove';

/** A write that somebody asks for. */
export interface WriteRequest {
  /** What the key is called in the cache: writes under one name take each other's place. */
  readonly name: string;
  readonly kind: WriteKind;
  /** What the source knows the value by. */
  readonly key: unknown;
  /** `undefined` for a removal. */
  readonly value: unknown;
  /** Whether whoever gets the value must get a copy: it could be changed. */
  readonly copyOnRead: boolean;
}

/** A request in the form in which a queue takes it. */
export interface Packed extends WriteRequest {
  /** Bytes it takes, about. */
  readonly size: number;
  /** Key and value for what is kept outside of this process. */
  readonly bytes: { readonly key: Uint8Array; readonly value: Uint8Array } | undefined;
}

/** A write that was accepted and is not in the database yet. */
export interface PendingWrite extends WriteRequest {
  /** Goes up with each write that the journal accepts. */
  readonly sequence: number;
  /** The same for each attempt at this write and for no other; of two ids of one journal the later is the greater text. */
  readonly id: string;
  /** When it was accepted, in milliseconds since 1970. */
  readonly acceptedAt: number;
  /** The same of the oldest write of the key that is still not in the database; later ones have taken its place. */
  readonly waitingSince: number;
  /** Attempts that have failed. */
  readonly attempts: number;
  /** It goes to the database by itself: together with others it never came to an end. */
  readonly alone: boolean;
}

/** What became of an attempt. */
export type Outcome =
  | { readonly write: PendingWrite; readonly result: 'done' }
  | {
      readonly write: PendingWrite;
      readonly result: 'again';
      readonly dueAt: number;
      readonly alone: boolean;
      readonly error: unknown;
    }
  | { readonly write: PendingWrite; readonly result: 'dead'; readonly error: unknown };

/** A write that was given up, as the journal keeps it. */
export interface DeadWrite {
  readonly write: PendingWrite;
  /** What the last attempt threw, as text. */
  readonly reason: string;
}

/** How many writes wait, of all processes that share the journal. */
export interface Backlog {
  readonly pending: number;
  readonly dead: number;
  /** Bytes of both, about. */
  readonly bytes: number;
  /** When the oldest pending one was accepted; `undefined` if there is none. */
  readonly waitingSince: number | undefined;
}

/** What a queue must know of those who use it. */
export interface QueueContext {
  /** The name of the repository: queues of different names have nothing to do with each other. */
  readonly name: string;
  readonly clock: Clock;
  /** When writes are due, in milliseconds. */
  readonly delay: number;
  readonly maxDelay: number;
  /** The part of the delay after which a write goes along with those that are due. */
  readonly softRipe: number;
  /** Bounds on what waits, dead writes included. */
  readonly maxPending: number;
  readonly maxPendingBytes: number;
  /** Tells that there may be work, or room, earlier than was said. */
  readonly changed: () => void;
  /** Tells of a failure that no call returns. */
  readonly report: (operation: string, error: unknown) => void;
}

/**
 * Writes on their way to the database. A name is handed out to one taker at a time, and of several writes of a name only the last.
 * What was accepted stays until it is settled as done, or is discarded among the dead ones, whatever happens to this process.
 */
export interface WriteQueue {
  /** Makes it ready: what was accepted before the last end is there again. Called once, before everything else. */
  open(): MaybePromise<void>;
  /** Brings a request into its form. @throws CacheError `ERR_CACHE_VALUE` */
  pack(request: WriteRequest): Packed;
  /** Accepts writes in their order, as many of the first as there is room for; how many. Then they are kept for good. */
  accept(writes: readonly Packed[]): MaybePromise<number>;
  /** The last write of a name, if it was accepted here and is pending. Looks at nothing outside of this process. */
  find(name: string): PendingWrite | undefined;
  /** The same of what other processes have accepted. Absent where there are none. */
  findShared?(names: readonly string[]): Promise<readonly (PendingWrite | undefined)[]>;
  /** Hands out writes that are due, up to so many; each must be settled. */
  take(limit: number): MaybePromise<readonly PendingWrite[]>;
  /** When `take` may have more, in milliseconds since 1970. */
  nextAt(): number;
  /** Ends attempts. A write whose name was written again meanwhile is not tried again. */
  settle(outcomes: readonly Outcome[]): MaybePromise<void>;
  /**
   * Makes what has been accepted so far due, and says from then on in `urgent` whether some of it has not been tried since.
   *
   * @param which `'untried'` leaves what has failed to its pause
   */
  urge(which: 'all' | 'untried'): MaybePromise<void>;
  readonly urgent: boolean;
  backlog(): MaybePromise<Backlog>;
  /** Writes that were given up and that no later write of their name has replaced. */
  dead(): MaybePromise<readonly DeadWrite[]>;
  /** Makes dead writes pending again, or throws them away; how many. Default: all. */
  replay(names?: readonly string[]): MaybePromise<number>;
  discard(names?: readonly string[]): MaybePromise<number>;
  close(): MaybePromise<void>;
}

/** Where a write is kept from when it is accepted until it is in the database. */
export interface Journal {
  /** What kind it is, for messages: `'sqlite'`. */
  readonly kind: string;
  /** @internal */
  open(context: QueueContext): WriteQueue;
}
