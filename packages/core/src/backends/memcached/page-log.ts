import { type Clock, systemClock } from '../../clock.ts';
import { CacheError } from '../../errors.ts';
import type { StoreContext } from '../backend.ts';
import type { LogFollower, LogSource } from '../log-source.ts';
import type { Commands, Versioned } from './commands.ts';
import { cleared, newPage, type Page, printPage, raised, readPage, withRecord } from './page.ts';

/** Milliseconds without the page after which nothing is trusted any more. */
const TRUSTED_FOR = 3_000;
const ATTEMPTS = 50;
const MAX_WAITING = 1_000;

/**
 * The log of a store in one item, changed by `cas` and looked at again and again. When the item is lost, for lack of room or with the server, a new one
 * begins at a later position, and all that was stored before is invalid.
 */
export class PageLog implements LogSource {
  readonly #commands: Commands;
  readonly #item: string;
  readonly #interval: number;
  readonly #clock: Clock;
  readonly #report: StoreContext['report'];
  #known: Page | undefined;
  #follower: LogFollower | undefined;
  #trusted = false;
  #seenAt = performance.now();
  #changes: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #loading: Promise<Page> | undefined;
  #cancel: () => void = () => {};
  #closed = false;

  /** @param interval in milliseconds */
  constructor(commands: Commands, item: string, interval: number, { clock, report }: StoreContext) {
    this.#commands = commands;
    this.#item = item;
    this.#interval = interval;
    this.#clock = clock;
    this.#report = report;
    this.#pollAgain();
  }

  /** The generation that items are named after. */
  async generation(): Promise<number> {
    return (this.#known ?? (await this.look())).generation;
  }

  /** Reads the page and tells what is new. */
  look(): Promise<Page> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async append(names: readonly string[]): Promise<number> {
    return (await this.#change((page) => withRecord(page, names, this.#clock.now()))).head;
  }

  async clear(): Promise<void> {
    await this.#change(cleared);
  }

  follow(follower: LogFollower): void {
    this.#follower = follower;
    const page = this.#known;
    if (page === undefined) void this.look().catch(() => {});
    else this.#tell(page, 0, page.floor);
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  async #load(): Promise<Page> {
    const there = await this.#commands.getVersioned(this.#item);
    const page = readPage(there.text);
    if (page !== undefined) return this.#adopt(page);
    return this.#change((made) => made);
  }

  /** One change of this process after the other; those of other processes are met by trying again. */
  #change(update: (page: Page) => Page): Promise<Page> {
    if (this.#waiting >= MAX_WAITING) return Promise.reject(failure(`has ${MAX_WAITING} invalidations waiting`));
    this.#waiting += 1;
    const changing = this.#changes.then(() => this.#changeNow(update));
    this.#changes = changing.then(
      () => (this.#waiting -= 1),
      () => (this.#waiting -= 1),
    );
    return changing;
  }

  async #changeNow(update: (page: Page) => Page): Promise<Page> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const there = await this.#commands.getVersioned(this.#item);
      const found = readPage(there.text);
      if (found !== undefined) await this.#adopt(found);
      const changed = update(found ?? newPage(this.#clock.now(), this.#known?.head ?? 0));
      if (await this.#write(changed, there)) return this.#adopt(changed);
      // Whoever lost waits a moment of its own length, so that not all meet again.
      await new Promise<void>((resolve) => void systemClock.after(Math.random() * Math.min(attempt, 10), resolve));
    }
    throw failure('had its log changed by others again and again');
  }

  async #write(page: Page, there: Versioned): Promise<boolean> {
    return (await this.#commands.replace(this.#item, printPage(page), 0, there)) === 'stored';
  }

  async #adopt(page: Page): Promise<Page> {
    const known = this.#known;
    this.#seenAt = performance.now();
    if (known !== undefined && known.id !== page.id && page.floor <= known.head) return this.#beyond(known.head);
    // Answers may come in another order than they were asked for.
    if (known !== undefined && known.id === page.id && isOlder(page, known)) return known;
    this.#known = page;
    const missed = known !== undefined && (known.id !== page.id || known.head < page.floor);
    this.#tell(page, known?.head ?? 0, missed || known === undefined ? page.floor : 0);
    return page;
  }

  /** A new page that began before positions which are known here: its positions would say nothing about older entries. */
  async #beyond(known: number): Promise<Page> {
    const there = await this.#commands.getVersioned(this.#item);
    const found = readPage(there.text) ?? newPage(this.#clock.now(), known);
    const changed = found.floor > known ? found : raised(found, known);
    if (changed !== found && !(await this.#write(changed, there))) throw failure('lost its log and made it anew');
    this.#known = undefined;
    return this.#adopt(changed);
  }

  #tell(page: Page, since: number, floor: number): void {
    const follower = this.#follower;
    if (follower === undefined) return;
    for (const [position, names] of page.records) if (position > since) follower.apply(position, names);
    if (!this.#trusted || floor > 0) follower.caughtUp(floor, page.head);
    this.#trusted = true;
  }

  #pollAgain(): void {
    if (this.#closed) return;
    this.#cancel = systemClock.after(this.#interval, () => void this.#poll());
  }

  async #poll(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      const cutOff = performance.now() - this.#seenAt + this.#interval > TRUSTED_FOR;
      if (cutOff && this.#trusted && !this.#closed) {
        this.#trusted = false;
        this.#follower?.lost();
        this.#report('log', error);
      }
    }
    this.#pollAgain();
  }
}

function isOlder(page: Page, known: Page): boolean {
  return page.head < known.head || page.generation < known.generation;
}

function failure(what: string): CacheError {
  return new CacheError('ERR_CACHE_BACKEND', `The memcached server ${what}.`);
}
