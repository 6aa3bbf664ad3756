import type { Redis } from 'ioredis';
import type { RedisClient } from './client.ts';
import { connectionForLog } from './log-connection.ts';
import { OPEN } from './log-scripts.ts';
import { evaluate } from './scripts.ts';

/** What a reader tells of a log. */
export interface FollowEvents {
  /** The newest position that this process has seen, by reading or by appending. */
  seen(): number;
  record(position: number, names: readonly string[]): void;
  /** Records are missing. */
  gap(): void;
  /** All records after `floor`, up to `head`, have been told; as of the instant `asOf` of `performance.now()`. */
  complete(asOf: number, floor: number, head: number): void;
  /** The log cannot be read for now; told once until it can again. */
  failed(error: unknown): void;
}

/** How long the server waits for a record before it answers that there is none, in milliseconds. */
const BLOCK = 1_000;
/** How long an answer may take beyond that before the connection counts as dead. */
const PATIENCE = 1_000;
const CONNECT_WITHIN = 2_500;
const RECORDS_AT_ONCE = 1_000;
const PAUSE = { first: 50, longest: 1_000 };
/** After all that a server can know of: a script of a reader is never too late, for all it does is repair. */
const NEVER = 2 ** 53;

type Records = readonly (readonly [id: string, fields: readonly string[]])[];

/**
 * Reads a log from its beginning and goes on for ever, on a connection of its own; the server answers as soon as there is
 * a record. After a second without one it checks that the log is still the one it knows. At any failure it takes a new
 * connection, and goes on with the record after the last one.
 */
export class LogReader {
  readonly #client: RedisClient;
  readonly #key: string;
  readonly #events: FollowEvents;
  #connection: Redis | undefined;
  #position = 0;
  #floor = 0;
  #closed = false;
  #failing = false;
  #wake: (() => void) | undefined;

  constructor(client: RedisClient, key: string, events: FollowEvents) {
    this.#client = client;
    this.#key = key;
    this.#events = events;
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#connection?.disconnect();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    let pause = PAUSE.first;
    while (!this.#closed) {
      try {
        const connection = await this.#connect();
        for (;;) {
          await this.#check(connection);
          pause = PAUSE.first;
          await this.#listen(connection);
        }
      } catch (error) {
        this.#tell(error);
      }
      this.#connection?.disconnect();
      this.#connection = undefined;
      await this.#sleep(pause);
      pause = Math.min(2 * pause, PAUSE.longest);
    }
  }

  async #connect(): Promise<Redis> {
    const finding = connectionForLog(this.#client, this.#key, CONNECT_WITHIN);
    const connection = await within(CONNECT_WITHIN, finding);
    if (this.#closed) throw new Error('The cache was closed.');
    this.#connection = connection;
    connection.on('error', () => {});
    await within(CONNECT_WITHIN, connection.connect());
    return connection;
  }

  /** Reads what is there after what is known, and from the beginning of the log if some of it is missing. */
  async #check(connection: Redis): Promise<void> {
    const asOf = performance.now();
    const keys = [this.#key, `${this.#key}:run`];
    const answer = await within(PATIENCE, evaluate(connection, OPEN, keys, [NEVER, this.#events.seen()]));
    const [first, last] = [Number(answer[2]), Number(answer[3])];
    if (first > this.#position + 1) {
      this.#events.gap();
      this.#position = this.#floor = first - 1;
    }
    while (this.#position < last) {
      const from = `${this.#position + 1}-0`;
      const reading = connection.xrange(this.#key, from, '+', 'COUNT', RECORDS_AT_ONCE);
      if (!this.#take(await within(PATIENCE, reading))) throw new Error('Records of the invalidation log are missing.');
    }
    if (this.#closed) return;
    this.#failing = false;
    this.#events.complete(asOf, this.#floor, this.#position);
  }

  /** Tells of new records as they come, until none came for a second or the next check is due. */
  async #listen(connection: Redis): Promise<void> {
    const until = performance.now() + BLOCK;
    do {
      const from = `${this.#position}-0`;
      const reading = connection.xread('COUNT', RECORDS_AT_ONCE, 'BLOCK', BLOCK, 'STREAMS', this.#key, from);
      const answer = (await within(BLOCK + PATIENCE, reading)) as [key: string, records: Records][] | null;
      const [, records] = answer?.[0] ?? [this.#key, []];
      if (!this.#take(records)) return;
    } while (performance.now() < until && !this.#closed);
  }

  /** Tells of records; false if there are none, or one is not the one after the last. */
  #take(records: Records): boolean {
    for (const [id, fields] of records) {
      const position = Number.parseInt(id, 10);
      if (position !== this.#position + 1) return false;
      this.#events.record(position, JSON.parse(fields[1] ?? '[]') as string[]);
      this.#position = position;
    }
    return records.length > 0;
  }

  #tell(error: unknown): void {
    if (this.#closed || this.#failing) return;
    this.#failing = true;
    this.#events.failed(error);
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed) return resolve();
      const timer = setTimeout(resolve, milliseconds);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The result, unless it takes longer than so many milliseconds. */
function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Redis did not answer within ${milliseconds} ms.`)), milliseconds);
    timer.unref();
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
