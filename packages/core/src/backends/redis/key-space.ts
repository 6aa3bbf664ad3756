import { setImmediate } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { isCluster } from './client.ts';
import { type Connection, isForeign } from './connection.ts';
import { HEADER, isLive } from './entry-bytes.ts';
import { SWEEP } from './scripts.ts';

/** Keys that a server looks at in one step of a scan. */
const STEP = 100;
/** All keys of one store, found by scanning each master in small steps. */
export class KeySpace {
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #report: (error: unknown) => void;
  readonly #patience: number;
  #sweeping: Promise<void> | undefined;
  /** What was stored up to this instant goes. */
  #sweepUntil = 0;
  #closed = false;

  /** @param patience how long `clear` waits for the removal, in milliseconds, before that goes on in the background */
  constructor(connection: Connection, prefix: string, patience: number, report: (error: unknown) => void) {
    this.#patience = patience;
    this.#connection = connection;
    this.#prefix = prefix;
    this.#report = report;
  }

  /**
   * Removes what was stored up to now. Entries are invalid by the log already, this only gives their memory back: so it
   * goes on in the background if it takes longer than that, and one that is under way is not joined by another.
   */
  async clear(now: number): Promise<void> {
    this.#sweepUntil = Math.max(this.#sweepUntil, now);
    const sweep = (this.#sweeping ?? Promise.resolve()).then(() => this.#sweep(now));
    const done = sweep.finally(() => {
      if (this.#sweeping === settled) this.#sweeping = undefined;
    });
    const settled = done.catch(() => {});
    this.#sweeping = settled;
    let waiting = true;
    done.catch((error: unknown) => {
      if (!waiting && !this.#closed) this.#report(error);
    });
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#patience);
      timer.unref();
    });
    try {
      await Promise.race([done, patience]);
    } finally {
      waiting = false;
      clearTimeout(timer);
    }
  }

  /** The keys of live entries, without what all keys of the store begin with. */
  async *keys(prefix: string, now: () => number): AsyncGenerator<string> {
    for await (const found of this.#scan(prefix)) {
      const headers = await Promise.all(found.map((key) => this.#header(key)));
      for (const [index, key] of found.entries()) {
        const header = headers[index];
        if (header !== undefined && isLive(header, now())) yield key;
      }
    }
  }

  close(): void {
    this.#closed = true;
  }

  async #header(key: string): Promise<Buffer | undefined> {
    try {
      return await this.#connection.run((client) => client.getrangeBuffer(this.#prefix + key, 0, HEADER - 1));
    } catch (error) {
      if (isForeign(error)) return undefined;
      throw error;
    }
  }

  async #sweep(until: number): Promise<void> {
    if (until < this.#sweepUntil) return;
    for await (const found of this.#scan('')) {
      await Promise.all(found.map((key) => this.#connection.write(SWEEP, this.#prefix + key, [until])));
      await setImmediate();
    }
  }

  /** Keys in batches as a step of the scan finds them, each at least once. */
  async *#scan(prefix: string): AsyncGenerator<string[]> {
    const { client, keyPrefix } = this.#connection;
    const start = keyPrefix + this.#prefix;
    const pattern = `${(start + prefix).replace(/[\\*?[\]]/g, '\\$&')}*`;
    const masters: readonly Redis[] = isCluster(client) ? client.nodes('master') : [client];
    for (const master of masters) {
      let cursor = '0';
      do {
        if (this.#closed) return;
        const [next, found] = await this.#connection.run(() => master.scan(cursor, 'MATCH', pattern, 'COUNT', STEP));
        cursor = next;
        if (found.length > 0) yield found.map((key) => key.slice(start.length));
      } while (cursor !== '0');
    }
  }
}
