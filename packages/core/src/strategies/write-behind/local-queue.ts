import type { MaybePromise } from '../../backends/backend.ts';
import { DueTimes } from './due-times.ts';
import { goTogether } from './go-together.ts';
import type {
  Backlog,
  DeadWrite,
  Outcome,
  Packed,
  PendingWrite,
  QueueContext,
  WriteRequest,
  WriteQueue,
} from './journal.ts';
import { writeId } from './write-id.ts';
import type { Journaled, Kept, Settled, Sized, WriteLog } from './write-log.ts';

/** The same while it is gathered. */
interface Growing extends Settled {
  readonly done: PendingWrite[];
  readonly again: PendingWrite[];
  readonly dead: DeadWrite[];
}

/** What waits under a name. */
interface Held {
  write: PendingWrite;
  size: number;
  dueAt: number;
  /** The attempt under way, at this write or an earlier one. */
  taken: PendingWrite | undefined;
  /** Its place in the due times: not later than `dueAt`; `undefined` for none. */
  placedAt: number | undefined;
  /** The write up to which it is not left to its time; 0 for none. */
  urgentTo: number;
}

/** A queue in the memory of this process, which a log makes durable. */
export class LocalQueue implements WriteQueue {
  readonly #log: WriteLog;
  readonly #context: QueueContext;
  readonly #held = new Map<string, Held>();
  readonly #dead = new Map<string, Sized<DeadWrite>>();
  readonly #due = new DueTimes<Held>();
  readonly #urgent = new Set<Held>();
  /** What the log could not be told yet. */
  #untold: Settled[] = [];
  #bytes = 0;
  #sequence = 0;
  #identity = '';
  #closed = false;

  constructor(log: WriteLog, context: QueueContext) {
    this.#log = log;
    this.#context = context;
  }

  open(): MaybePromise<void> {
    const kept = this.#log.open();
    return kept instanceof Promise ? kept.then((found) => this.#restore(found)) : this.#restore(kept);
  }

  pack(request: WriteRequest): Packed {
    return this.#log.pack(request);
  }

  accept(writes: readonly Packed[]): number {
    const now = this.#context.clock.now();
    const accepted: Journaled[] = [];
    const added = new Set<string>();
    let bytes = this.#bytes;
    for (const packed of writes) {
      bytes += packed.size - this.#sizeOf(packed.name);
      if (!this.#isKnown(packed.name)) added.add(packed.name);
      if (!this.#hasRoom(added.size, bytes)) break;
      accepted.push({ write: this.#toWrite(packed, accepted.length, now), packed });
    }
    if (accepted.length === 0) return 0;
    this.#log.append(accepted);
    for (const { write, packed } of accepted) this.#hold(write, packed.size);
    this.#sequence += accepted.length;
    return accepted.length;
  }

  find(name: string): PendingWrite | undefined {
    return this.#held.get(name)?.write;
  }

  take(limit: number): PendingWrite[] {
    const now = this.#context.clock.now();
    const taken: PendingWrite[] = [];
    const later: Held[] = [];
    let first: PendingWrite | undefined;
    while (taken.length < limit && this.#due.first <= this.#latest(now, first)) {
      const held = this.#due.shift() as Held;
      held.placedAt = undefined;
      if (this.#held.get(held.write.name) !== held || held.taken !== undefined) continue;
      const isDue = held.dueAt <= now || (first !== undefined && this.#isSoftRipe(held, now));
      if (!isDue || (first !== undefined && !goTogether(first, held.write))) {
        later.push(held);
        if (later.length > limit) break;
        continue;
      }
      first ??= held.write;
      held.taken = held.write;
      taken.push(held.write);
      if (first.alone) break;
    }
    for (const held of later) this.#place(held);
    return taken;
  }

  nextAt(): number {
    return this.#due.first;
  }

  settle(outcomes: readonly Outcome[]): void {
    const settled: Growing = { done: [], again: [], dead: [] };
    for (const outcome of outcomes) this.#settleOne(outcome, settled);
    this.#tell(settled);
    this.#context.changed();
  }

  urge(which: 'all' | 'untried'): void {
    const now = this.#context.clock.now();
    for (const held of this.#held.values()) {
      const isTried = held.taken === undefined && held.write.attempts > 0;
      if (which === 'untried' && isTried) continue;
      held.urgentTo = held.write.sequence;
      held.dueAt = Math.min(held.dueAt, now);
      this.#urgent.add(held);
      if (held.taken === undefined) this.#place(held);
    }
  }

  get urgent(): boolean {
    return this.#urgent.size > 0;
  }

  backlog(): Backlog {
    let waitingSince = Infinity;
    for (const { write, taken } of this.#held.values()) {
      waitingSince = Math.min(waitingSince, (taken ?? write).waitingSince);
    }
    return {
      pending: this.#held.size,
      dead: this.#dead.size,
      bytes: this.#bytes,
      waitingSince: waitingSince === Infinity ? undefined : waitingSince,
    };
  }

  dead(): DeadWrite[] {
    return [...this.#dead.values()].map(({ item }) => item);
  }

  replay(names: readonly string[] = [...this.#dead.keys()]): number {
    const now = this.#context.clock.now();
    const found = this.#deadOf(names);
    const revived = found.map(({ item: { write } }) => ({ ...write, attempts: 0, alone: true, waitingSince: now }));
    this.#log.revive(revived);
    for (const [index, write] of revived.entries()) {
      this.#dead.delete(write.name);
      this.#restoreOne(write, found[index]?.size ?? 0, now);
    }
    this.#context.changed();
    return revived.length;
  }

  discard(names: readonly string[] = [...this.#dead.keys()]): number {
    const found = this.#deadOf(names);
    this.#log.forget(found.map(({ item }) => item.write));
    for (const { item, size } of found) {
      this.#dead.delete(item.write.name);
      this.#bytes -= size;
    }
    this.#context.changed();
    return found.length;
  }

  close(): void {
    this.#closed = true;
    this.#log.close();
  }

  #restore({ pending, dead, sequence, identity }: Kept): void {
    this.#sequence = sequence;
    this.#identity = identity;
    const now = this.#context.clock.now();
    for (const { item, size } of pending) {
      this.#bytes += size;
      this.#restoreOne(item, size, now);
    }
    for (const each of dead) {
      this.#bytes += each.size;
      this.#dead.set(each.item.write.name, each);
    }
  }

  #restoreOne(write: PendingWrite, size: number, dueAt: number): void {
    const held: Held = { write, size, dueAt, taken: undefined, placedAt: undefined, urgentTo: 0 };
    this.#held.set(write.name, held);
    this.#place(held);
  }

  #toWrite({ name, kind, key, value, copyOnRead }: Packed, index: number, now: number): PendingWrite {
    const sequence = this.#sequence + index + 1;
    const held = this.#held.get(name);
    const isWaiting = held !== undefined && held.write !== held.taken;
    return {
      name,
      kind,
      key,
      value,
      copyOnRead,
      sequence,
      id: writeId(this.#identity, sequence),
      acceptedAt: now,
      waitingSince: isWaiting ? held.write.waitingSince : now,
      attempts: 0,
      alone: false,
    };
  }

  #hasRoom(added: number, bytes: number): boolean {
    const { maxPending, maxPendingBytes } = this.#context;
    return bytes <= maxPendingBytes && this.#held.size + this.#dead.size + added <= maxPending;
  }

  #isKnown(name: string): boolean {
    return this.#held.has(name) || this.#dead.has(name);
  }

  #sizeOf(name: string): number {
    return this.#held.get(name)?.size ?? this.#dead.get(name)?.size ?? 0;
  }

  #hold(write: PendingWrite, size: number): void {
    this.#bytes += size - this.#sizeOf(write.name);
    this.#dead.delete(write.name);
    const held = this.#held.get(write.name);
    const dueAt = this.#dueOf(write);
    if (held === undefined) return this.#restoreOne(write, size, dueAt);
    held.write = write;
    held.size = size;
    held.dueAt = held.urgentTo > 0 ? Math.min(held.dueAt, dueAt) : dueAt;
    if (held.taken === undefined) this.#place(held);
  }

  /** The write that has come during an attempt at an earlier one. */
  #placeNewer(held: Held): void {
    if (held.urgentTo === 0) held.dueAt = this.#dueOf(held.write);
    this.#place(held);
  }

  #dueOf({ acceptedAt, waitingSince }: PendingWrite): number {
    const { delay, maxDelay } = this.#context;
    return Math.min(acceptedAt + delay, waitingSince + maxDelay);
  }

  /** A name stays where it is placed when it is due later than that: it is looked at then, and placed anew. */
  #place(held: Held): void {
    if (held.placedAt !== undefined && held.placedAt <= held.dueAt) return;
    held.placedAt = held.dueAt;
    this.#due.add(held, held.dueAt);
  }

  /** Up to which instant names are looked at: with one that is due go those that are soft ripe. */
  #latest(now: number, first: PendingWrite | undefined): number {
    const { delay, softRipe } = this.#context;
    return first === undefined ? now : now + delay * (1 - softRipe);
  }

  #isSoftRipe({ dueAt, write }: Held, now: number): boolean {
    return write.attempts === 0 && dueAt <= this.#latest(now, write);
  }

  #settleOne(outcome: Outcome, settled: Growing): void {
    const { write } = outcome;
    const held = this.#held.get(write.name);
    if (held === undefined) return;
    held.taken = undefined;
    if (write.sequence >= held.urgentTo) {
      held.urgentTo = 0;
      this.#urgent.delete(held);
    }
    if (held.write.sequence !== write.sequence) return this.#placeNewer(held);
    if (outcome.result === 'again') {
      held.write = { ...write, attempts: write.attempts + 1, alone: outcome.alone };
      held.dueAt = outcome.dueAt;
      held.placedAt = undefined;
      this.#place(held);
      settled.again.push(held.write);
      return;
    }
    this.#held.delete(write.name);
    if (outcome.result === 'done') {
      this.#bytes -= held.size;
      settled.done.push(write);
      return;
    }
    const dead = { write: { ...write, attempts: write.attempts + 1 }, reason: String(outcome.error) };
    this.#dead.set(write.name, { item: dead, size: held.size });
    settled.dead.push(dead);
  }

  /** A log that cannot be told now is told with the next one: what it does not know is at worst written once more. */
  #tell(settled: Settled): void {
    if (this.#closed) return;
    this.#untold.push(settled);
    try {
      for (let next = this.#untold[0]; next !== undefined; next = this.#untold[0]) {
        this.#log.settle(next);
        this.#untold.shift();
      }
    } catch (error) {
      this.#untold = this.#untold.map(({ done, dead }) => ({ done, dead, again: [] })).filter(isWorthTelling);
      this.#context.report('write-behind journal', error);
    }
  }

  #deadOf(names: readonly string[]): Sized<DeadWrite>[] {
    return names.map((name) => this.#dead.get(name)).filter((found) => found !== undefined);
  }
}

function isWorthTelling({ done, dead }: Settled): boolean {
  return done.length > 0 || dead.length > 0;
}
