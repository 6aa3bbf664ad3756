import type { MaybePromise } from '../../backends/backend.ts';
import type { DeadWrite, Packed, PendingWrite, WriteRequest } from './journal.ts';

/** What a log found when it was opened. */
export interface Kept {
  /** In the order of their sequence. */
  readonly pending: readonly Sized<PendingWrite>[];
  readonly dead: readonly Sized<DeadWrite>[];
  /** The greatest sequence that was ever given. */
  readonly sequence: number;
  /** What the ids of this log begin with. */
  readonly identity: string;
}

/** Something with the bytes it takes. */
export interface Sized<T> {
  readonly item: T;
  readonly size: number;
}

/** A write, and its form for the log. */
export interface Journaled {
  readonly write: PendingWrite;
  readonly packed: Packed;
}

/** Outcomes and removals, as a log keeps them: what is not there does no harm. */
export interface Settled {
  readonly done: readonly PendingWrite[];
  readonly again: readonly PendingWrite[];
  readonly dead: readonly DeadWrite[];
}

/** Where the writes of a queue are kept that lives in this process alone. It has one user at a time. */
export interface WriteLog {
  open(): MaybePromise<Kept>;
  pack(request: WriteRequest): Packed;
  /** Keeps the writes; each takes the place of what is kept under its name, dead or not. All or none. */
  append(writes: readonly Journaled[]): void;
  /** Keeps what became of attempts, where no later write of the name is kept. */
  settle(settled: Settled): void;
  /** Makes dead writes pending again, in the state given. */
  revive(writes: readonly PendingWrite[]): void;
  /** Forgets dead writes. */
  forget(writes: readonly PendingWrite[]): void;
  close(): void;
}
