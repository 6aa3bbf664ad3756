/** By how much two clocks may drift apart while that is relied on: far more than quartz does. */
const DRIFT = 0.0005;
/** How long what was learnt about a server's clock is relied on, in milliseconds. */
const RELIABLE_FOR = 60_000;

/**
 * What is known about the clock of a server: by how much it is ahead of ours, at least.
 *
 * A server that answered "it is S" did so before the answer arrived here at `received`, so at any later instant `t` here
 * its clock shows at least `S + (t - received)`. Read the other way round: at the moment its clock shows
 * `S + (t - received)`, it is not later than `t` here. A command that is refused from that moment on never takes effect
 * after `t`, however long it was on its way, and whatever the clocks show, as long as the server's is not set back by
 * hand in between. Of several answers the quickest says most; one that contradicts it (a clock that was set back, a
 * failover to another machine) takes its place, and none is relied on for more than a minute.
 */
export class ServerClock {
  #lead = -Infinity;
  #learntAt = -Infinity;

  /** Learns from an answer. Times of our own are of `performance.now()`; `shown` is what the server's clock showed. */
  learn(sent: number, received: number, shown: number): void {
    const [least, most] = [shown - received, shown - sent + 1];
    const reliable = received - this.#learntAt < RELIABLE_FOR && this.#lead <= most;
    if (reliable && this.#lead > least) return;
    this.#lead = least;
    this.#learntAt = received;
  }

  /** What the server's clock shows at the instant `until` here, or earlier; `undefined` if it has to be asked first. */
  deadline(until: number, now: number): number | undefined {
    if (now - this.#learntAt >= RELIABLE_FOR) return undefined;
    return Math.floor(until + this.#lead - DRIFT * (until - this.#learntAt));
  }

  forget(): void {
    this.#learntAt = -Infinity;
  }
}
