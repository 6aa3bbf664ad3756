import { setTimeout as after } from 'node:timers/promises';
import { Job } from '@cache/core/strategies';

/** Cities whose every fetch is written into a list in Redis when it begins and when it ends. */
export class CountedCities extends Job {
  name = 'counted-cities';
  lifetime = '1h';
  fetchOnMiss = false;
  #redis;
  #ledger;
  #stuckAfter;
  #begun = 0;

  /** @param stuckAfter so many fetches end; those that begin after them never do */
  constructor(cache, { redis, ledger, runner, stuckAfter = Infinity }) {
    super(cache, runner === undefined ? {} : { runner });
    this.#redis = redis;
    this.#ledger = ledger;
    this.#stuckAfter = stuckAfter;
  }

  async fetch(id, added) {
    await this.#redis.rpush(this.#ledger, `${process.pid} begins ${id}`);
    this.#begun += 1;
    if (this.#begun > this.#stuckAfter) await after(3_600_000, undefined, { ref: false });
    await after(10);
    await this.#redis.rpush(this.#ledger, `${process.pid} ends ${id}`);
    return { name: `city ${id}`, added, by: process.pid };
  }

  empty() {
    return { name: 'unknown', by: 0 };
  }
}
