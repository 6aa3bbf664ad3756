import type { LogFollower, LogSource } from '../log-source.ts';
import type { Connection } from './connection.ts';
import { type FollowEvents, LogReader } from './log-reader.ts';
import { APPEND } from './log-scripts.ts';

/** How long records may be missed, in milliseconds, before nothing is trusted any more. */
const TRUST = 3_000;

/**
 * The invalidation log of one store, in a Redis stream. This process has a copy of it in memory, which is trusted for
 * three seconds from the last moment at which it is known to have been complete.
 */
export class StreamLog implements LogSource {
  readonly #connection: Connection;
  readonly #key: string;
  readonly #report: (error: unknown) => void;
  #reader: LogReader | undefined;
  #follower: LogFollower | undefined;
  /** The newest position that this process has seen. */
  #seen = 0;
  #trusted = false;
  #trustedUntil = 0;
  #expiry: NodeJS.Timeout | undefined;
  /** Whether the names of a failed `append` count as invalid until a newer record comes. */
  #owing = false;
  #begun: (() => void) | undefined;
  #closed = false;
  /** Pending from `follow` until it is known whether the log can be read; no longer than a command may take. */
  beginning: Promise<void> | undefined;

  /** @param key the stream; its hash tag must be that of all keys of the log */
  constructor(connection: Connection, key: string, report: (error: unknown) => void) {
    this.#connection = connection;
    this.#key = key;
    this.#report = report;
  }

  async append(names: readonly string[]): Promise<number> {
    try {
      const answer = await this.#connection.write(APPEND, this.#key, [this.#seen, JSON.stringify(names)]);
      const position = Number(answer[2]);
      this.#seen = Math.max(this.#seen, position);
      return position;
    } catch (error) {
      this.#owing = true;
      throw error;
    }
  }

  follow(follower: LogFollower): void {
    if (this.#closed) return;
    this.#follower = follower;
    const timer = setTimeout(() => this.#begun?.(), this.#connection.giveUpAt() - performance.now());
    timer.unref();
    this.beginning = new Promise<void>((resolve) => (this.#begun = resolve)).then(() => {
      this.beginning = undefined;
      clearTimeout(timer);
    });
    this.#reader = new LogReader(this.#connection.client, this.#key, this.#events(follower));
  }

  poll(): void {
    if (this.#trusted && performance.now() >= this.#trustedUntil) this.#lose();
  }

  close(): void {
    this.#closed = true;
    this.#reader?.close();
    this.#lose();
    this.#begun?.();
  }

  #events(follower: LogFollower): FollowEvents {
    return {
      seen: () => this.#seen,
      record: (position, names) => {
        this.#seen = Math.max(this.#seen, position);
        follower.apply(position, names);
      },
      gap: () => this.#lose(),
      complete: (asOf, floor, head) => this.#trust(asOf, floor, head),
      failed: (error) => {
        this.#begun?.();
        this.#report(error);
      },
    };
  }

  /** All records up to `head` are known, as of the instant `asOf`. */
  #trust(asOf: number, floor: number, head: number): void {
    if (this.#closed) return;
    this.#trustedUntil = asOf + TRUST;
    if (!this.#trusted) {
      this.#trusted = true;
      this.#follower?.caughtUp(floor, head);
      this.#begun?.();
      this.#expire();
    }
    if (this.#owing) {
      this.#owing = false;
      this.append([]).catch(() => {});
    }
  }

  #expire(): void {
    this.poll();
    if (!this.#trusted) return;
    this.#expiry = setTimeout(() => this.#expire(), this.#trustedUntil - performance.now());
    this.#expiry.unref();
  }

  #lose(): void {
    clearTimeout(this.#expiry);
    if (!this.#trusted) return;
    this.#trusted = false;
    this.#follower?.lost();
  }
}
