import { diskFailure, isBusy } from './failures.ts';
import type { Rows } from './rows.ts';
import type { Shard } from './shard.ts';

/** Rows that one write may remove besides its own, expired ones first. */
const PER_WRITE = 10;
/** Writes after which expired rows are looked for. */
const PURGE_EVERY = 10;
const PURGED_AT_ONCE = 20;
/** Rows removed at once where nobody waits. */
const BATCH = 100;
/** The part of the limit that is freed in the background once it is reached, so that not each write has to. */
const SLACK = 1 / 64;

/** Keeps one database within its bytes: what is expired goes, and what the policy says goes when there is no room. */
export class Room {
  readonly #shard: Shard;
  #writes = 0;
  #background: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(shard: Shard) {
    this.#shard = shard;
  }

  /** The bounded part of the work that each write does. Never fails. */
  afterWrite(now: number): void {
    this.#writes += 1;
    try {
      const { maxBytes } = this.#shard.options;
      if (this.#writes % PURGE_EVERY === 0) this.#purgeSome(now);
      const { bytes, garbage } = this.#shard.totals();
      if (garbage > 0) this.removeGarbage();
      if (bytes <= maxBytes) return;
      this.#shard.flush();
      this.#makeRoom(now, maxBytes, PER_WRITE);
      if (this.#background === undefined) this.#continueLater(now);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Removes what is expired; how many values. */
  async expire(now: number): Promise<number> {
    let expired = 0;
    for (;;) {
      const { purged, emptied } = await this.#shard.queue.run(() =>
        this.#shard.database.transaction((rows) => {
          const before = rows.totals().live;
          const gone = rows.purge(now, BATCH);
          const purgedValues = before - rows.totals().live;
          const tookOut = rows.empty(now, BATCH);
          expired += purgedValues + tookOut;
          return { purged: gone, emptied: tookOut };
        }),
      );
      this.removeGarbage();
      if (purged < BATCH && emptied < BATCH) return expired;
      await turn();
    }
  }

  /** `expire`, then what is over the limit; how many values. */
  async cull(now: number): Promise<number> {
    let culled = await this.expire(now);
    this.#shard.flush();
    for (;;) {
      const { removed, enough } = await this.#shard.queue.run(() =>
        this.#makeRoom(now, this.#shard.options.maxBytes, BATCH),
      );
      culled += removed;
      if (enough || removed === 0) break;
      await turn();
    }
    await this.#shard.queue.run(() =>
      this.#shard.database.transaction((rows) => rows.all('PRAGMA incremental_vacuum(10000)')),
    );
    return culled;
  }

  /** Removes files that no row names. */
  removeGarbage(): void {
    const { database, files } = this.#shard;
    const due = database.use((rows) => rows.all('SELECT file FROM garbage WHERE due <= ? LIMIT ?', Date.now(), BATCH));
    const gone = due.map(([file]) => String(file)).filter((file) => files.remove(file));
    if (gone.length === 0) return;
    database.transaction((rows) => {
      for (const file of gone) rows.run('DELETE FROM garbage WHERE file = ?', file);
    });
  }

  close(): void {
    this.#closed = true;
    clearImmediate(this.#background);
  }

  #purgeSome(now: number): void {
    this.#shard.database.transaction((rows) => rows.purge(now, PURGED_AT_ONCE));
  }

  /** Removes rows until what is left fits; at most `limit` expired ones and as many others. */
  #makeRoom(now: number, target: number, limit: number): { readonly removed: number; readonly enough: boolean } {
    const outcome = this.#shard.database.transaction((rows) => {
      if (rows.totals().bytes <= target) return { removed: 0, enough: true, first: false };
      let removed = rows.purge(now, limit);
      const evicted = this.#shard.options.eviction === 'none' ? 0 : evict(rows, target, limit);
      const first = evicted > 0 && rows.totals().evictions === 0;
      if (evicted > 0) rows.count('evictions', evicted);
      removed += evicted;
      if (removed === 0 && this.#shard.options.eviction !== 'none') removed = rows.removeTombstones(limit);
      return { removed, enough: rows.totals().bytes <= target, first };
    });
    if (outcome.first) this.#warn();
    if (outcome.removed > 0) this.removeGarbage();
    return outcome;
  }

  #continueLater(now: number): void {
    const { maxBytes } = this.#shard.options;
    this.#background = setImmediate(() => {
      this.#background = undefined;
      if (this.#closed) return;
      try {
        const { removed, enough } = this.#makeRoom(now, maxBytes - Math.floor(maxBytes * SLACK), PER_WRITE);
        if (!enough && removed > 0) this.#continueLater(now);
      } catch (error) {
        this.#failed(error);
      }
    });
    this.#background.unref();
  }

  /** A later write makes up for it. */
  #failed(error: unknown): void {
    if (isBusy(error)) return;
    if (diskFailure(error) === undefined) this.#shard.options.report('cull', error);
    else this.#shard.dropped.failed('cull', error);
  }

  /** Said once in the life of a database, because a limit that is reached in silence is taken for a bug. */
  #warn(): void {
    const { maxBytes, eviction } = this.#shard.options;
    const path = this.#shard.database.path;
    process.emitWarning(
      `The cache in ${path} is full (maxBytes: ${maxBytes} per file); from now on the ${eviction} values make room.`,
      { type: 'CacheWarning', code: 'CACHE_SQLITE_FULL' },
    );
  }
}

function evict(rows: Rows, target: number, limit: number): number {
  let excess = rows.totals().bytes - target;
  let evicted = 0;
  for (const [id, size] of rows.candidates(limit)) {
    if (excess <= 0) break;
    rows.remove(id);
    excess -= size;
    evicted += 1;
  }
  return evicted;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
