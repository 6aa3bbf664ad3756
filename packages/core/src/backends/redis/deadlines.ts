/** A wait that ends at an instant, unless what is waited for comes first. */
export interface Deadline {
  /** The instant, of `performance.now()`. */
  readonly at: number;
  /** Is called once the instant has come, never before. */
  expired(): void;
}

/** A deadline in its place between an earlier and a later one. */
interface Link {
  readonly deadline: Deadline;
  earlier: Link | undefined;
  later: Link | undefined;
}

/**
 * Many deadlines behind one timer, because almost every command is answered long before its own. Deadlines of one length
 * come in the order of their instants: each is put at the end of a list, and the timer is for the first. The timer does not keep
 * the process alive.
 */
export class Deadlines {
  #first: Link | undefined;
  #last: Link | undefined;
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Infinity;

  /** Begins a wait; the function returned ends it. */
  add(deadline: Deadline): () => void {
    let earlier = this.#last;
    while (earlier !== undefined && earlier.deadline.at > deadline.at) earlier = earlier.earlier;
    const link: Link = { deadline, earlier, later: earlier === undefined ? this.#first : earlier.later };
    this.#join(earlier, link);
    this.#join(link, link.later);
    if (deadline.at < this.#firesAt) this.#arm(deadline.at);
    return () => this.#remove(link);
  }

  #remove(link: Link): void {
    const { earlier, later } = link;
    const isThere = earlier === undefined ? this.#first === link : earlier.later === link;
    if (!isThere) return;
    this.#join(earlier, later);
    // Who still holds the removed link must not hold its neighbours in memory.
    link.earlier = undefined;
    link.later = undefined;
  }

  #join(earlier: Link | undefined, later: Link | undefined): void {
    if (earlier === undefined) this.#first = later;
    else earlier.later = later;
    if (later === undefined) this.#last = earlier;
    else later.earlier = earlier;
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = at;
    this.#timer = setTimeout(() => this.#sweep(), Math.max(1, Math.ceil(at - performance.now())));
    this.#timer.unref();
  }

  /** A timer may fire a little early, so it is the clock that says what is over. */
  #sweep(): void {
    this.#firesAt = Infinity;
    this.#timer = undefined;
    const now = performance.now();
    for (let link = this.#first; link !== undefined && link.deadline.at <= now; link = this.#first) {
      this.#remove(link);
      link.deadline.expired();
    }
    if (this.#first !== undefined && this.#firesAt === Infinity) this.#arm(this.#first.deadline.at);
  }
}
