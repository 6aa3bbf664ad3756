import { randomBytes } from 'node:crypto';
import type { Connection } from '../../../backends/redis/connection.ts';
import type { Script, ScriptArgument } from '../../../backends/redis/scripts.ts';
import type { Codec } from '../../../codecs/codec.ts';
import type {
  Backlog,
  DeadWrite,
  Outcome,
  Packed,
  PendingWrite,
  QueueContext,
  WriteQueue,
  WriteRequest,
} from '../journal.ts';
import { Packing } from '../pack.ts';
import { writeId } from '../write-id.ts';
import { type Held, HeldEntries } from './held-entries.ts';
import { OwnWrites } from './own-writes.ts';
import { failureOf, inParts, settling, toBuffer } from './parameters.ts';
import { isAfter, readRecord } from './record.ts';
import { ACCEPT, BACKLOG, DEAD, FETCH, KEEP, LEAVE, READ, REVIVE, SETTLE } from './scripts.ts';

/** How a queue in Redis is reached. */
export interface RedisQueueSettings {
  readonly connection: Connection;
  /** What all its keys begin with. */
  readonly base: string;
  readonly codec: Codec;
  /** Milliseconds. */
  readonly takeOverAfter: number;
  /** Lets go of the connection. */
  readonly close: () => void;
}

/** Batches that are held at most while they are not due. */
const BATCHES_HELD = 4;
/** Entries that are asked for at least, where writes go one by one. */
const LEAST_FETCHED = 32;
/** Milliseconds after which the stream is looked at for what other processes have written or left. */
const LEAST_POLL = 10;
const LONGEST_POLL = 1_000;
/** Milliseconds after which a write is tried again whose outcome Redis could not be told. */
const UNTOLD_PAUSE = 1_000;
const IDLE_FOR_EVER = 1_000_000_000;

/** A queue in Redis that several processes share. */
export class RedisQueue implements WriteQueue {
  readonly #settings: RedisQueueSettings;
  readonly #context: QueueContext;
  readonly #consumer = `${process.pid}-${randomBytes(8).toString('hex')}`;
  readonly #held: HeldEntries;
  readonly #packing: Packing;
  readonly #own = new OwnWrites();
  #cancelBeat: () => void = () => {};
  #closed = false;
  /** Milliseconds by which the clock here is ahead of the server's. */
  #ahead = 0;
  /** When the stream is looked at again. */
  #fetchAt = 0;
  /** The last entry of the stream when everything was urged, until it has come. */
  #urgedTo: string | undefined;
  #takeOverAt = 0;
  #cursor = '0-0';

  constructor(settings: RedisQueueSettings, context: QueueContext) {
    this.#settings = settings;
    this.#context = context;
    this.#held = new HeldEntries(context);
    this.#packing = new Packing(settings.codec);
  }

  open(): void {
    this.#beat();
  }

  pack(request: WriteRequest): Packed {
    return this.#packing.pack(request);
  }

  async accept(writes: readonly Packed[]): Promise<number> {
    const { maxPending, maxPendingBytes, delay } = this.#context;
    const each = writes.flatMap(({ name, kind, bytes }) => [name, kind, toBuffer(bytes?.key), toBuffer(bytes?.value)]);
    const [, time, identity, ...sequences] = await this.#run(ACCEPT, [maxPending, maxPendingBytes, ...each]);
    const now = this.#context.clock.now();
    for (const [index, given] of sequences.entries()) {
      const { name, kind, key, value, copyOnRead } = writes[index] as Packed;
      const sequence = Number(given);
      const at = Number(time) + this.#ahead;
      const times = { acceptedAt: at, waitingSince: at, attempts: 0, alone: false };
      const id = writeId(String(identity), sequence);
      this.#own.add({ name, kind, key, value, copyOnRead, sequence, id, ...times }, now);
    }
    if (sequences.length > 0) this.#fetchAt = Math.min(this.#fetchAt, now + delay);
    return sequences.length;
  }

  find(name: string): PendingWrite | undefined {
    return this.#own.get(name);
  }

  async findShared(names: readonly string[]): Promise<readonly (PendingWrite | undefined)[]> {
    try {
      return await this.#read(names);
    } catch (error) {
      this.#context.report('write-behind journal', error);
      return names.map(() => undefined);
    }
  }

  async take(limit: number): Promise<readonly PendingWrite[]> {
    const { clock } = this.#context;
    if (this.#wantsMore(limit)) await this.#fetch(limit);
    const ripe = this.#held.shift(limit, clock.now());
    if (ripe.length === 0) return [];
    try {
      const writes = await this.#read(ripe.map(({ name }) => name));
      return ripe.flatMap((held, index) => this.#handOut(held, writes[index]));
    } catch (error) {
      for (const held of ripe) this.#held.place(held, held.dueAt);
      throw error;
    }
  }

  nextAt(): number {
    return Math.min(this.#held.nextAt, this.#fetchAt);
  }

  async settle(outcomes: readonly Outcome[]): Promise<void> {
    const { clock, changed } = this.#context;
    const known = outcomes.map((outcome) => this.#held.get(outcome.write.name));
    const parameters = outcomes.flatMap((outcome, index) => settling(outcome, known[index]?.taken?.entry ?? ''));
    try {
      const [, , enqueued, ...staying] = await this.#run(SETTLE, parameters);
      const stays = new Set(staying.map(String));
      if (known.some((held) => held?.isUrgedAgain)) this.#urgeTo(String(enqueued));
      for (const [index, outcome] of outcomes.entries()) this.#settled(outcome, known[index], stays);
      // A later write of a name has an entry of its own now.
      this.#fetchAt = clock.now();
      changed();
    } catch (error) {
      for (const held of known) {
        if (held === undefined) continue;
        this.#held.tried(held);
        this.#held.place(held, clock.now() + UNTOLD_PAUSE);
      }
      throw error;
    }
  }

  async urge(which: 'all' | 'untried'): Promise<void> {
    const [, , , , , , last] = await this.#run(BACKLOG, []);
    this.#held.urgeAll(which);
    this.#urgeTo(String(last));
    this.#takeOverAt = 0;
  }

  get urgent(): boolean {
    return this.#urgedTo !== undefined || this.#held.urgent;
  }

  async backlog(): Promise<Backlog> {
    const [, , pending, dead, bytes, first] = await this.#run(BACKLOG, []);
    const since = Number.parseInt(String(first), 10);
    return {
      pending: Number(pending),
      dead: Number(dead),
      bytes: Number(bytes),
      waitingSince: Number.isNaN(since) ? undefined : since + this.#ahead,
    };
  }

  async dead(): Promise<readonly DeadWrite[]> {
    const [, , identity, ...found] = await this.#run(DEAD, []);
    const letters: DeadWrite[] = [];
    for (let index = 0; index < found.length; index += 3) {
      const write = this.#parse(String(found[index]), found[index + 1] as Buffer, String(identity));
      if (write !== undefined) letters.push({ write, reason: String(found[index + 2]) });
    }
    return letters.sort((a, b) => a.write.sequence - b.write.sequence);
  }

  replay(names?: readonly string[]): Promise<number> {
    return this.#revive('replay', names);
  }

  discard(names?: readonly string[]): Promise<number> {
    return this.#revive('discard', names);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelBeat();
    try {
      const entries = this.#held.idle().map(({ entry }) => entry);
      for (const part of inParts(entries)) await this.#run(KEEP, [this.#consumer, IDLE_FOR_EVER, ...part]);
      await this.#run(LEAVE, [this.#consumer]);
    } catch {
      // Others take over what this process has held, a little later.
    }
    this.#settings.close();
  }

  #wantsMore(limit: number): boolean {
    if (this.#urgedTo !== undefined) return true;
    return (
      this.#fetchAt <= this.#context.clock.now() && this.#held.size < BATCHES_HELD * Math.max(limit, LEAST_FETCHED)
    );
  }

  /** @param entry the last one that is urgent; '' for none */
  #urgeTo(entry: string): void {
    if (entry === '' || (this.#urgedTo !== undefined && isAfter(this.#urgedTo, entry))) return;
    this.#urgedTo = entry;
  }

  /** Takes entries that are due, and no others: those stay for whoever is free then. */
  async #fetch(limit: number): Promise<void> {
    const { clock } = this.#context;
    const { takeOverAfter } = this.#settings;
    const count = Math.max(limit, LEAST_FETCHED);
    const takesOver = clock.now() >= this.#takeOverAt;
    const age = this.#urgedTo === undefined ? this.#leastAge() : '';
    const parameters = [this.#consumer, count, takeOverAfter, takesOver ? this.#cursor : '', age];
    const [, , cursor, identity, next, ...found] = await this.#run(FETCH, parameters);
    for (let index = 0; index < found.length; index += 3) {
      const entry = String(found[index]);
      const write = this.#parse(String(found[index + 1]), found[index + 2] as Buffer, String(identity));
      const isUrged = this.#urgedTo !== undefined && !isAfter(entry, this.#urgedTo);
      if (write !== undefined) this.#held.add(entry, write, isUrged);
    }
    if (takesOver) {
      this.#cursor = String(cursor);
      if (this.#cursor === '0-0') this.#takeOverAt = clock.now() + takeOverAfter / 3;
    }
    this.#comesNext(String(next));
    await this.#forgetSettled(clock.now());
  }

  /** @param next the first entry that nobody has; '' for none */
  #comesNext(next: string): void {
    const now = this.#context.clock.now();
    if (this.#urgedTo !== undefined && (next === '' || isAfter(next, this.#urgedTo))) this.#urgedTo = undefined;
    const poll = now + Math.min(Math.max(this.#context.delay, LEAST_POLL), LONGEST_POLL);
    const dueAt = next === '' ? Infinity : Number.parseInt(next, 10) + this.#ahead + this.#leastAge();
    this.#fetchAt = Math.min(poll, dueAt);
  }

  #leastAge(): number {
    const { delay, softRipe } = this.#context;
    return Math.floor(delay * softRipe);
  }

  /** A write that was replaced since its entry was taken is due later, unless it is urgent. */
  #handOut(held: Held, write: PendingWrite | undefined): PendingWrite[] {
    if (write === undefined) {
      this.#held.remove(held);
      return [];
    }
    held.write = write;
    const { clock, delay, softRipe } = this.#context;
    const dueAt = this.#held.dueOf(write);
    if (!held.urgent && write.attempts === 0 && dueAt > clock.now() + delay * (1 - softRipe)) {
      this.#held.place(held, dueAt);
      return [];
    }
    held.taken = { write, entry: held.entry };
    return [write];
  }

  #settled(outcome: Outcome, held: Held | undefined, stays: ReadonlySet<string>): void {
    const { write } = outcome;
    if (outcome.result !== 'again') this.#own.settled(write.name, write.sequence);
    if (held?.taken === undefined) return;
    const { entry } = held.taken;
    this.#held.tried(held);
    if (held.entry !== entry) return this.#held.place(held, this.#held.dueOf(held.write));
    if (outcome.result !== 'again' || !stays.has(entry)) return this.#held.remove(held);
    held.write = { ...write, attempts: write.attempts + 1, alone: outcome.alone };
    this.#held.place(held, outcome.dueAt);
  }

  /** Says from time to time that this process lives, and hears which entries others have taken over. */
  #beat(): void {
    if (this.#closed) return;
    const { clock, report } = this.#context;
    this.#cancelBeat = clock.after(this.#settings.takeOverAfter / 3, () => {
      this.#keepHeld()
        .catch((error: unknown) => report('write-behind journal', error))
        .finally(() => this.#beat());
    });
  }

  async #keepHeld(): Promise<void> {
    const lost = new Set<string>();
    for (const part of inParts(this.#held.entries())) {
      const [, , ...gone] = await this.#run(KEEP, [this.#consumer, '', ...part]);
      for (const entry of gone) lost.add(String(entry));
    }
    for (const held of this.#held.idle()) if (lost.has(held.entry)) this.#held.remove(held);
  }

  /** Other processes have brought some of our writes to the database. */
  async #forgetSettled(now: number): Promise<void> {
    const names = this.#own.doubtful(now);
    if (names.length === 0) return;
    const writes = await this.#read(names);
    for (const [index, name] of names.entries()) this.#own.answered(name, writes[index]?.sequence, now);
  }

  async #revive(what: 'replay' | 'discard', given: readonly string[] | undefined): Promise<number> {
    const names = given ?? (await this.dead()).map(({ write }) => write.name);
    let count = 0;
    for (const part of inParts(names)) {
      const [, , revived] = await this.#run(REVIVE, [what, ...part]);
      count += Number(revived);
    }
    this.#fetchAt = 0;
    this.#context.changed();
    return count;
  }

  async #read(names: readonly string[]): Promise<(PendingWrite | undefined)[]> {
    const [, , identity, ...records] = await this.#run(READ, names);
    return names.map((name, index) => {
      const record = records[index] as Buffer;
      return record.length === 0 ? undefined : this.#parse(name, record, String(identity));
    });
  }

  #parse(name: string, record: Buffer, identity: string): PendingWrite | undefined {
    try {
      return readRecord(name, record, identity, this.#ahead, this.#settings.codec);
    } catch (error) {
      this.#context.report('write-behind journal', error);
      return undefined;
    }
  }

  async #run(script: Script, parameters: readonly ScriptArgument[]): Promise<unknown[]> {
    const { connection, base } = this.#settings;
    const answer = await connection.write(script, base, parameters).catch((error: unknown) => {
      throw failureOf(error);
    });
    this.#ahead = this.#context.clock.now() - Number(answer[1]);
    return answer;
  }
}
