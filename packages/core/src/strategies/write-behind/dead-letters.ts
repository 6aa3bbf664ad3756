import type { DeadWrite, WriteKind, WriteQueue } from './journal.ts';

/** A write that was given up: the database never took it, and has the older value. */
export interface DeadLetter<K, V> {
  readonly key: K;
  readonly kind: WriteKind;
  /** `undefined` for a removal. */
  readonly value: V | undefined;
  /** The idempotency id that the source was given. */
  readonly id: string;
  readonly attempts: number;
  /** When the write was acknowledged, in milliseconds since 1970. */
  readonly acceptedAt: number;
  /** What the last attempt threw, as text. */
  readonly reason: string;
}

/** Writes that were given up. They stay until they are replayed or discarded, or until the key is written again. */
export interface DeadLetters<K, V> {
  list(): Promise<DeadLetter<K, V>[]>;
  /** Makes them pending again, with all their attempts; how many. Default: all. */
  replay(keys?: readonly K[]): Promise<number>;
  /** Throws them away; how many. Default: all. */
  discard(keys?: readonly K[]): Promise<number>;
}

/** The dead letters of a queue. */
export function deadLettersOf<K, V>(
  queue: WriteQueue,
  nameOf: (key: K) => string,
  opened: () => Promise<void> | undefined,
): DeadLetters<K, V> {
  const namesOf = (keys: readonly K[] | undefined): string[] | undefined => keys?.map(nameOf);
  return {
    async list() {
      await opened();
      return (await queue.dead()).map((dead) => deadLetter<K, V>(dead));
    },
    async replay(keys) {
      await opened();
      return queue.replay(namesOf(keys));
    },
    async discard(keys) {
      await opened();
      return queue.discard(namesOf(keys));
    },
  };
}

/** A dead write as users see it. */
export function deadLetter<K, V>({ write, reason }: DeadWrite): DeadLetter<K, V> {
  const { key, kind, value, id, attempts, acceptedAt } = write;
  return { key: key as K, kind, value: value as V | undefined, id, attempts, acceptedAt, reason };
}
