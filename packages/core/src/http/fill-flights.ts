import type { MaybePromise } from '../backends/backend.ts';
import type { Clock } from '../clock.ts';
import type { Entry } from '../entry.ts';
import type { StoredResponse } from './records.ts';
import type { HttpRequest } from './request.ts';
import type { RequestDemands } from './request-directives.ts';

/** A request under way through the engine. */
export interface Asked {
  readonly request: HttpRequest;
  readonly demands: RequestDemands;
  /** How often it waited for another request. */
  readonly waits: number;
}

/** A response for those who waited, and the request fields it differs by. */
export interface FilledEntry {
  readonly entry: Entry<StoredResponse>;
  readonly vary: readonly string[];
  /** It is an old one, because a server error came instead of a new one. */
  readonly isStale: boolean;
}

/** How a fill ended, for those who wait for it. */
export type FillOutcome = FilledEntry | 'unstorable' | 'failed' | 'abandoned';

/** A fill that other requests wait for. */
export interface FillFlight {
  readonly asked: Asked;
  readonly outcome: Promise<FillOutcome>;
  /** A newer fill of the same response has begun: what this one brings is too old to be stored. */
  readonly superseded: boolean;
  /** Until `written` is done others still find the outcome here, because a backend may not have it yet. */
  end(outcome: FillOutcome, written?: MaybePromise<unknown>): void;
}

/** Fills under way at once that others may join; further ones run, but each for its own client. */
const MAX_FLIGHTS = 10_000;

/** How many promises at most lie between what a backend answers and the decision about the request. */
const STEPS_OF_A_READ = 16;

/** The fills under way in this process. Nobody waits for one longer than `timeout` milliseconds after its start. */
export class Flights {
  readonly #flights = new Map<string, Flight>();
  readonly #clock: Clock;
  readonly #timeout: number;

  constructor(clock: Clock, timeout: number) {
    this.#clock = clock;
    this.#timeout = timeout;
  }

  /** The fill to wait for, if there is one. */
  find(id: string): FillFlight | undefined {
    const flight = this.#flights.get(id);
    // Where a request is cut off, its timers are as well.
    if (flight !== undefined && flight.until <= this.#clock.now()) flight.release();
    return flight?.waitable === true ? flight : undefined;
  }

  open(id: string, asked: Asked): FillFlight {
    const before = this.#flights.get(id);
    before?.supersede();
    let cancel = (): void => {};
    const flight = new Flight(asked, this.#clock.now() + this.#timeout, () => {
      cancel();
      if (this.#flights.get(id) === flight) this.#flights.delete(id);
    });
    if (before !== undefined || this.#flights.size < MAX_FLIGHTS) {
      this.#flights.set(id, flight);
      cancel = this.#clock.after(this.#timeout, () => flight.release());
    }
    return flight;
  }
}

class Flight implements FillFlight {
  readonly asked: Asked;
  readonly outcome: Promise<FillOutcome>;
  /** When nobody waits any longer, in milliseconds since 1970. */
  readonly until: number;
  waitable = true;
  superseded = false;
  #ended = false;
  #settle: (outcome: FillOutcome) => void = () => {};
  readonly #forget: () => void;

  constructor(asked: Asked, until: number, forget: () => void) {
    this.asked = asked;
    this.until = until;
    this.#forget = forget;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  end(outcome: FillOutcome, written?: MaybePromise<unknown>): void {
    this.#ended = true;
    this.#settle(outcome);
    if (written instanceof Promise) void this.#releaseAfter(written);
    else this.release();
  }

  /** Nobody waits any longer; a fill that has not ended goes on. */
  release(): void {
    this.waitable = false;
    this.#settle('abandoned');
    if (this.#ended) this.#forget();
  }

  /** Who asked the backend just before the write has been told that there is nothing, but is still on the way here. */
  async #releaseAfter(written: Promise<unknown>): Promise<void> {
    await written;
    for (let step = 0; step < STEPS_OF_A_READ; step += 1) await Promise.resolve();
    this.release();
  }

  supersede(): void {
    this.superseded = true;
    this.release();
  }
}
