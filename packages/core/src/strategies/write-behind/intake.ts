import type { Clock } from '../../clock.ts';
import { CacheError } from '../../errors.ts';
import type { Packed, WriteQueue } from './journal.ts';

/** What the intake must know. */
export interface IntakeSettings {
  readonly clock: Clock;
  /** Milliseconds that a caller waits for room. */
  readonly backlogTimeout: number;
  /** The most callers that wait. */
  readonly maxWaiting: number;
  readonly maxPendingBytes: number;
  /** There is something to be written that was not there, or not due, before. */
  readonly changed: () => void;
  readonly report: (operation: string, error: unknown) => void;
}

/** A write that nobody has promised anything about. */
interface Asked {
  readonly packed: Packed;
  readonly accepted: () => void;
  readonly refused: (error: unknown) => void;
  /** Ends the wait for room; `undefined` while it does not wait for that. */
  cancel: (() => void) | undefined;
  late: boolean;
}

/** The writes that go together into the journal at most. */
const LARGEST = 1_000;
/** Milliseconds after which it is asked again whether there is room, where other processes may have made it. */
const ASK_AGAIN = 50;

/**
 * Brings writes into the journal in the order in which they were asked for: those of one turn of the event loop together,
 * and when there is no room, as soon as there is.
 */
export class Intake {
  readonly #queue: WriteQueue;
  readonly #settings: IntakeSettings;
  #asked: Asked[] = [];
  #running: Promise<void> | undefined;
  #isFull = false;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(queue: WriteQueue, settings: IntakeSettings) {
    this.#queue = queue;
    this.#settings = settings;
  }

  /** Writes that wait for room. */
  get waiting(): number {
    return this.#isFull ? this.#asked.length : 0;
  }

  /**
   * Resolves once the write is in the journal.
   *
   * @throws CacheError `ERR_CACHE_BACKLOG` if there was no room in time, `ERR_CACHE_BACKEND` if the journal failed, `ERR_CACHE_VALUE`
   */
  add(packed: Packed): Promise<void> {
    const { maxPendingBytes, maxWaiting } = this.#settings;
    if (this.#closed) return Promise.reject(new CacheError('ERR_CACHE_CLOSED', 'The repository is closed.'));
    if (packed.size > maxPendingBytes) return Promise.reject(tooLarge(packed.size, maxPendingBytes));
    if (this.#asked.length >= maxWaiting) return Promise.reject(noRoom(`${maxWaiting} others wait for it already`));
    return new Promise<void>((resolve, reject) => {
      const asked: Asked = { packed, accepted: resolve, refused: reject, cancel: undefined, late: false };
      this.#asked.push(asked);
      if (this.#isFull) this.#limit(asked);
      this.#running ??= this.#run();
    });
  }

  /** There may be room again. */
  roomMade(): void {
    this.#wake?.();
  }

  /** Refuses what waits for room; resolves when what is on its way into the journal is there. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    // The rest of this turn comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#asked.length > 0) {
      await this.#acceptSome();
      if (this.#isFull && this.#closed) this.#refuseAll();
      else if (this.#isFull) await this.#untilRoom();
    }
    this.#running = undefined;
  }

  async #acceptSome(): Promise<void> {
    const some = this.#asked.slice(0, LARGEST);
    try {
      const accepted = await this.#queue.accept(some.map(({ packed }) => packed));
      this.#isFull = accepted < some.length;
      for (const asked of some.slice(0, accepted)) settled(asked).accepted();
      const left = some.slice(accepted).filter((asked) => !this.#refusedForLateness(asked));
      this.#asked = [...left, ...this.#asked.slice(some.length)];
    } catch (error) {
      this.#isFull = false;
      this.#asked = this.#asked.slice(some.length);
      for (const asked of some) settled(asked).refused(error);
    }
    this.#settings.changed();
  }

  /** Whoever waits for room must not wait for writes that are not due: they go now. */
  async #untilRoom(): Promise<void> {
    for (const asked of this.#asked) this.#limit(asked);
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const cancel = this.#settings.clock.after(ASK_AGAIN, () => this.#wake?.());
    try {
      if (!this.#queue.urgent) await this.#queue.urge('untried');
    } catch (error) {
      this.#settings.report('write-behind journal', error);
    }
    this.#settings.changed();
    await woken;
    cancel();
    this.#wake = undefined;
    this.#asked = this.#asked.filter((asked) => !this.#refusedForLateness(asked));
  }

  /** What is being offered to the journal may still be accepted, so lateness is only noted here. */
  #limit(asked: Asked): void {
    const { clock, backlogTimeout } = this.#settings;
    asked.cancel ??= clock.after(backlogTimeout, () => {
      asked.late = true;
      this.#wake?.();
    });
  }

  #refusedForLateness(asked: Asked): boolean {
    if (asked.late) settled(asked).refused(noRoom(`there was none within ${this.#settings.backlogTimeout} ms`));
    return asked.late;
  }

  #refuseAll(): void {
    const error = new CacheError('ERR_CACHE_CLOSED', 'The repository was closed before there was room for the write.');
    for (const asked of this.#asked.splice(0)) settled(asked).refused(error);
  }
}

function settled(asked: Asked): Asked {
  asked.cancel?.();
  return asked;
}

function noRoom(why: string): CacheError {
  return new CacheError(
    'ERR_CACHE_BACKLOG',
    `There is no room for another write: ${why}. The database is slower than those who write, or away.`,
  );
}

function tooLarge(size: number, allowed: number): CacheError {
  return new CacheError(
    'ERR_CACHE_VALUE',
    `The write takes about ${size} bytes; allowed: ${allowed} (\`maxPendingBytes\`).`,
  );
}
