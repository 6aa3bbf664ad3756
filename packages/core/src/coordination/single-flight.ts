import type { Clock } from '../clock.ts';
import { CacheError } from '../errors.ts';

/** Loads under way at once that others may join; further ones run, but each for its own caller, and are not stored. */
const MAX_FLIGHTS = 10_000;

/**
 * One load that several callers wait for. Each caller may leave; when the last one has left, or the time is over, the
 * load is told to stop through `signal`, and what it still returns is dropped.
 */
export class Flight<T> {
  readonly promise: Promise<T>;
  /** Names known to be in the result before it is there. */
  readonly tags: readonly string[];
  /** Position of the invalidation log when the load began. */
  readonly position: number;
  #controller: AbortController | undefined;
  #reject: (reason: unknown) => void = () => {};
  #abandoned: { readonly reason: unknown } | undefined;
  #waiting = 0;
  #fenced = false;

  constructor(start: FlightStart, run: (flight: Flight<T>) => Promise<T>) {
    this.tags = start.tags;
    this.position = start.position;
    this.promise = new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      const cancel = start.clock.after(start.timeout, () => {
        const message = `The loader did not end within ${start.timeout} ms (\`loadTimeout\`).`;
        this.abandon(new CacheError('ERR_CACHE_LOAD_TIMEOUT', message));
      });
      // Later, so that the flight is complete and findable when the loader starts.
      queueMicrotask(() => void run(this).then(resolve, reject).finally(cancel));
    });
    // Callers see the rejection through `join`; when all have left nobody would.
    this.promise.catch(() => {});
  }

  /** Aborted when nobody waits any more or the time is over. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abandoned !== undefined) this.#controller.abort(this.#abandoned.reason);
    return this.#controller.signal;
  }

  /** Whether the result must not be stored: something newer was written, or it comes too late. */
  get fenced(): boolean {
    return this.#fenced;
  }

  /** The result must not be stored any more. Those who wait still get it. */
  fence(): void {
    this.#fenced = true;
  }

  /** Ends the wait of everybody with an error, now. */
  abandon(reason: unknown): void {
    this.#fenced = true;
    this.#abandoned ??= { reason };
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  /** Waits for the result, until `signal` is aborted. */
  join(signal?: AbortSignal): Promise<T> {
    this.#waiting += 1;
    if (signal === undefined) return this.promise;
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => {
        reject(signal.reason as Error);
        this.#waiting -= 1;
        if (this.#waiting === 0) this.abandon(signal.reason);
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      void this.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }
}

/** What a flight needs to know when it starts. */
export interface FlightStart {
  readonly clock: Clock;
  /** Milliseconds until the load is given up; `Infinity` for never. */
  readonly timeout: number;
  readonly tags: readonly string[];
  readonly position: number;
}

/** A write that takes its time: something newer may be written under its key meanwhile. */
export interface SlowWrite {
  /** Whether it must not be stored any more. */
  fenced: boolean;
}

/** The loads under way in this process, by key: simultaneous readers of one key share one. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();
  /** Those too that nobody can join any more. */
  readonly #running = new Set<Flight<T>>();
  readonly #slowWrites = new Map<string, Set<SlowWrite>>();

  /** The load to join; never one that was given up, even in the moment before it is forgotten. */
  find(id: string): Flight<T> | undefined {
    const flight = this.#flights.get(id);
    return flight?.signal.aborted === true ? undefined : flight;
  }

  /** Starts a load that later callers find under `id` until it has ended. */
  start(id: string, start: FlightStart, run: (flight: Flight<T>) => Promise<T>): Flight<T> {
    const flight = new Flight<T>(start, run);
    this.#running.add(flight);
    if (this.#flights.size < MAX_FLIGHTS || this.#flights.has(id)) this.#flights.set(id, flight);
    // What cannot be found cannot be fenced when its key is written or deleted, so it must not be stored.
    else flight.fence();
    const forget = (): void => {
      this.#running.delete(flight);
      if (this.#flights.get(id) === flight) this.#flights.delete(id);
    };
    flight.promise.then(forget, forget);
    return flight;
  }

  /** What is under way for `id` is not stored, and nobody joins it any more. */
  fence(id: string): void {
    this.#flights.get(id)?.fence();
    this.#flights.delete(id);
    const writes = this.#slowWrites.size === 0 ? undefined : this.#slowWrites.get(id);
    if (writes === undefined) return;
    for (const write of writes) write.fenced = true;
    this.#slowWrites.delete(id);
  }

  /** Begins a write that `fence` fences like a load, until `endWrite`. */
  beginWrite(id: string): SlowWrite {
    const write = { fenced: this.#slowWrites.size >= MAX_FLIGHTS };
    if (write.fenced) return write;
    const writes = this.#slowWrites.get(id) ?? new Set();
    this.#slowWrites.set(id, writes.add(write));
    return write;
  }

  endWrite(id: string, write: SlowWrite): void {
    const writes = this.#slowWrites.get(id);
    if (writes?.delete(write) === true && writes.size === 0) this.#slowWrites.delete(id);
  }

  /** Ends every wait with `ERR_CACHE_CLOSED`. */
  close(): void {
    for (const flight of this.#running) {
      flight.abandon(new CacheError('ERR_CACHE_CLOSED', 'The cache was closed while the loader ran.'));
    }
    this.#flights.clear();
  }
}
