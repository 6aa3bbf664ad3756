import { DueTimes } from '../due-times.ts';
import type { PendingWrite, QueueContext } from '../journal.ts';
import { goTogether } from '../go-together.ts';

/** An entry of the stream that this process has taken. */
export interface Held {
  readonly name: string;
  entry: string;
  /** The name as it was when it was last looked at: `attempts`, `alone`. */
  write: PendingWrite;
  dueAt: number;
  /** The attempt under way, and its entry. */
  taken: { readonly write: PendingWrite; readonly entry: string } | undefined;
  /** It was urged while an attempt was under way: what was written during that is urgent too. */
  isUrgedAgain: boolean;
  urgent: boolean;
}

/** The entries of a stream that this process has taken, by name, in the order in which they are due. */
export class HeldEntries {
  readonly #context: QueueContext;
  readonly #held = new Map<string, Held>();
  readonly #urgent = new Set<Held>();
  readonly #due = new DueTimes<Held>();

  constructor(context: QueueContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Whether something that was urged has not been tried since. */
  get urgent(): boolean {
    return this.#urgent.size > 0;
  }

  get nextAt(): number {
    return this.#due.first;
  }

  get(name: string): Held | undefined {
    return this.#held.get(name);
  }

  /** Every entry, those under way included. */
  entries(): string[] {
    return [...this.#held.values()].map(({ entry }) => entry);
  }

  /** Those that nobody is at work on. */
  idle(): Held[] {
    return [...this.#held.values()].filter(({ taken }) => taken === undefined);
  }

  /** Takes in an entry that the stream has handed out. One under way stays so, and its name comes again afterwards. */
  add(entry: string, write: PendingWrite, urgent: boolean): void {
    const known = this.#held.get(write.name);
    if (known?.entry === entry) return;
    const held: Held = known ?? {
      name: write.name,
      entry,
      write,
      dueAt: 0,
      taken: undefined,
      isUrgedAgain: false,
      urgent: false,
    };
    held.entry = entry;
    held.write = write;
    this.#held.set(write.name, held);
    if (urgent) this.#urge(held);
    if (held.taken === undefined) this.place(held, urgent || write.attempts > 0 ? 0 : this.dueOf(write));
  }

  /** When a write that was not tried yet is due. */
  dueOf({ acceptedAt, waitingSince }: PendingWrite): number {
    const { delay, maxDelay } = this.#context;
    return Math.min(acceptedAt + delay, waitingSince + maxDelay);
  }

  place(held: Held, dueAt: number): void {
    held.dueAt = dueAt;
    this.#due.add(held, dueAt);
  }

  urgeAll(which: 'all' | 'untried'): void {
    for (const held of this.#held.values()) {
      if (which === 'untried' && held.taken === undefined && held.write.attempts > 0) continue;
      this.#urge(held);
      held.isUrgedAgain = held.taken !== undefined;
      if (held.taken === undefined) this.place(held, 0);
    }
  }

  /** Takes out those that are due and may go together, up to so many. */
  shift(limit: number, now: number): Held[] {
    const { delay, softRipe } = this.#context;
    const ripe: Held[] = [];
    const later: Held[] = [];
    while (ripe.length < limit && later.length <= limit) {
      const [first] = ripe;
      if (first?.write.alone === true) break;
      if (this.#due.first > (first === undefined ? now : now + delay * (1 - softRipe))) break;
      const held = this.#due.shift() as Held;
      if (this.#held.get(held.name) !== held || held.taken !== undefined) continue;
      if (ripe.includes(held) || later.includes(held)) continue;
      const isRipe =
        held.dueAt <= now ||
        (first !== undefined && held.write.attempts === 0 && held.dueAt <= now + delay * (1 - softRipe));
      if (isRipe && (first === undefined || goTogether(first.write, held.write))) ripe.push(held);
      else later.push(held);
    }
    for (const held of later) this.place(held, held.dueAt);
    return ripe;
  }

  /** An attempt has ended: whoever waits for it is answered. */
  tried(held: Held): void {
    held.taken = undefined;
    held.isUrgedAgain = false;
    held.urgent = false;
    this.#urgent.delete(held);
  }

  remove(held: Held): void {
    this.tried(held);
    this.#held.delete(held.name);
  }

  #urge(held: Held): void {
    held.urgent = true;
    this.#urgent.add(held);
  }
}
