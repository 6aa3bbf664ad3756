import type { Readable } from 'node:stream';
import type { Entry } from '../entry.ts';
import type { MaybePromise } from './backend.ts';

/** What a store with the capability `streams` has besides: values that are bytes, in and out piece by piece. */
export interface StreamStore {
  /**
   * The value of a key, if it came as a stream, ready to be read; `undefined` for everything else, also for what is known to be
   * incomplete. `get` returns such a value too, as one `Uint8Array`.
   */
  open(key: string): MaybePromise<StoredStream | undefined>;
  /** Begins a value that nobody sees before it is committed. @param entry what is kept beside it; its value is not looked at */
  begin(key: string, entry: Entry): MaybePromise<StreamWrite>;
}

/** A value that was found. One of its two methods must be called. */
export interface StoredStream {
  /** What is kept beside the value, and no value. */
  readonly entry: Entry;
  /** All the bytes, even if the key is overwritten or evicted meanwhile, or an error; never less, never a mix. */
  read(): Readable;
  /** Releases what reading would need. */
  close(): void;
}

/** A value that is being written. After a method has rejected, and after `write` has said no, only `abort` may be called. */
export interface StreamWrite {
  /** Adds a piece, and resolves when there may be another one; false if the value is larger than the store may keep. */
  write(piece: Uint8Array): Promise<boolean>;
  /** Makes it the value of the key on the condition of `swap`; whether it is. If not, nothing of it remains. */
  commit(expected: Entry | undefined): Promise<boolean>;
  /** Gives it up: nothing of it remains. */
  abort(): Promise<void>;
}
