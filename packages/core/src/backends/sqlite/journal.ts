import { performance } from 'node:perf_hooks';
import type { LogFollower, LogSource } from '../log-source.ts';
import type { Problem } from './check.ts';
import { DatabaseFile } from './database-file.ts';
import type { Connection, Driver, Statement } from './driver.ts';
import type { Invalidations } from './sweep.ts';
import { type ConnectionOptions, createLog, prepareConnection } from './schema.ts';
import { WriteQueue } from './write-queue.ts';

/** Milliseconds within which it is not asked again whether another process has added a record. */
const POLL_EVERY = 2;
/** Records that are kept; who has missed more begins anew. */
const KEPT = 100_000;
/** Records after which those beyond `KEPT` are dropped. */
const TRIM_EVERY = 1_000;
const ALL_STORES = '';

/** Counts what all journals of this process have added, so that each of them sees it at once. */
let addedHere = 0;

interface Session {
  readonly version: Statement;
  readonly since: Statement;
  readonly first: Statement;
  readonly add: Statement;
  readonly trim: Statement;
  readonly integrity: Statement;
}

/**
 * The invalidation log that all processes share which use the directory, in a file of its own, because its change counter then moves only
 * with invalidations and not with each write of a value.
 */
export class Journal {
  readonly #file: DatabaseFile<Session>;
  readonly #queue: WriteQueue;
  readonly #followers = new Map<string, LogFollower>();
  readonly #report: (operation: string, error: unknown) => void;
  /** Position of the last record that the followers were told of. */
  #told = 0;
  #session: Session | undefined;
  #version: unknown;
  #pollAt = 0;
  #seenHere = -1;
  #lost = true;
  #failing = false;

  constructor(
    path: string,
    driver: Driver,
    options: ConnectionOptions,
    timeout: number,
    report: (operation: string, error: unknown) => void,
  ) {
    this.#report = report;
    this.#queue = new WriteQueue(timeout);
    this.#file = new DatabaseFile(path, driver, {
      create: (connection) => createLog(connection, Math.max(Date.now() * 1_000, this.#told + 1)),
      connected: (connection) => {
        prepareConnection(connection, options);
        return prepared(connection);
      },
      quarantined: (error, quarantine) => {
        report(
          'quarantine',
          new Error(`The invalidation log was damaged and lies at ${quarantine}.`, { cause: error }),
        );
        this.#loseAll();
      },
      replaced: () => this.#loseAll(),
    });
  }

  /** The log as one store sees it. */
  source(store: string): LogSource {
    return {
      append: (names) => this.#append(store, names),
      follow: (follower) => {
        this.#followers.set(store, follower);
        this.#loseAll();
        this.#poll();
      },
      poll: (exactly = false) => {
        if (this.#followers.size === 0) return;
        if (exactly || addedHere !== this.#seenHere || performance.now() >= this.#pollAt) this.#poll();
      },
    };
  }

  /** Makes everything invalid that any store holds: what deletions left behind is lost. */
  invalidateAll(): void {
    this.#append(ALL_STORES, []).catch((error: unknown) => this.#report('log', error));
  }

  /** All that was invalidated, as far back as the log goes; before that everything counts as invalidated. */
  invalidations(): Invalidations {
    const records = this.#file.use(({ since }) => since.all(0));
    const stores = new Map<string, Map<string, number>>();
    let floor = Number(records[0]?.[0] ?? 1) - 1;
    for (const [at, store, names] of records) {
      const position = Number(at);
      if (store === ALL_STORES) floor = position;
      const known = stores.get(String(store)) ?? new Map<string, number>();
      stores.set(String(store), known);
      for (const name of JSON.parse(String(names)) as string[]) known.set(name, position);
    }
    return { floor, stores };
  }

  /** Looks for damage. @param fix puts a damaged file aside and begins anew */
  check(fix: boolean): Problem[] {
    const { path } = this.#file;
    const lines = this.#file.use(({ integrity }) => integrity.all()).map(([line]) => String(line));
    const damage = lines.filter((line) => line !== 'ok');
    if (fix && damage.length > 0) this.#file.quarantine(new Error(damage[0]));
    return damage.map((detail) => ({ kind: 'damaged', path, detail, fixed: fix }));
  }

  close(): void {
    this.#queue.close();
    this.#file.close();
  }

  async #append(store: string, names: readonly string[]): Promise<number> {
    const text = JSON.stringify(names);
    const position = await this.#queue.run(() =>
      this.#file.transaction(({ add, trim }) => {
        const added = Number(add.get(store, text)?.[0]);
        if (added % TRIM_EVERY === 0) trim.run(added - KEPT);
        return added;
      }),
    );
    addedHere += 1;
    return position;
  }

  #poll(): void {
    const before = addedHere;
    try {
      this.#file.use((session) => this.#read(session));
      this.#seenHere = before;
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#report('log', error);
      this.#failing = true;
      this.#loseAll();
    }
    this.#pollAt = performance.now() + POLL_EVERY;
  }

  #read(session: Session): void {
    const version = session.version.get()?.[0];
    const known = session === this.#session && !this.#lost;
    // The counter stands still for what this connection has written itself, and that is told like all the rest.
    if (known && version === this.#version && this.#seenHere === addedHere) return;
    const first = Number(session.first.get()?.[0]);
    if (this.#lost || first > this.#told + 1) this.#startAnew(first);
    for (const [position, store, names] of session.since.all(this.#told)) {
      this.#tell(Number(position), String(store), JSON.parse(String(names)) as string[]);
    }
    this.#session = session;
    this.#version = version;
  }

  /** Records up to the first one that is left are unknown. */
  #startAnew(first: number): void {
    this.#told = first - 1;
    this.#lost = false;
    for (const follower of this.#followers.values()) follower.caughtUp(first - 1, first - 1);
  }

  #tell(position: number, store: string, names: readonly string[]): void {
    this.#told = position;
    if (store !== ALL_STORES) return this.#followers.get(store)?.apply(position, names);
    for (const follower of this.#followers.values()) follower.caughtUp(position, position);
  }

  #loseAll(): void {
    this.#lost = true;
    for (const follower of this.#followers.values()) follower.lost();
  }
}

function prepared(connection: Connection): Session {
  return {
    version: connection.prepare('PRAGMA data_version'),
    since: connection.prepare('SELECT position, store, names FROM records WHERE position > ? ORDER BY position'),
    first: connection.prepare('SELECT coalesce(min(position), 0) FROM records'),
    add: connection.prepare('INSERT INTO records (store, names) VALUES (?, ?) RETURNING position'),
    trim: connection.prepare('DELETE FROM records WHERE position <= ?'),
    integrity: connection.prepare('PRAGMA integrity_check'),
  };
}
