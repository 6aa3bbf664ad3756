import { createHash } from 'node:crypto';
import { invalidOption } from '../../errors.ts';
import type { Key } from '../../key.ts';
import type { Space } from '../../space.ts';
import type { Claims } from './claims.ts';
import { inProcess } from './in-process.ts';
import type { RefreshRequest, RefreshRunner } from './runner.ts';

/** An item that a reader has found missing or stale. */
export interface WantedRefresh extends RefreshRequest {
  readonly key: Key;
  /** The item's name in the store. */
  readonly id: string;
  /** Tells its state from others: for each, one refresh is enough. */
  readonly version: string;
}

/** Has items refreshed that nobody waits for: by a runner, and in this process if that cannot. Nothing here ever fails; it reports. */
export class Background {
  readonly #space: Space;
  readonly #runner: RefreshRunner;
  readonly #here: RefreshRunner = inProcess();
  readonly #underway = new Set<Promise<void>>();

  /** @throws CacheError `ERR_CACHE_OPTION` */
  constructor(space: Space, runner: RefreshRunner | undefined) {
    this.#space = space;
    this.#runner = runner ?? this.#here;
    if (typeof this.#runner.run !== 'function') throw invalidOption('runner', runner, 'a runner such as `inProcess()`');
    if (this.#runner.elsewhere && !space.root.store.capabilities.shared) {
      const allowed = 'with a backend that processes share, such as `redis()`';
      throw invalidOption('runner', 'one for other processes', allowed);
    }
  }

  /** Sends an item to the runner, unless somebody has claimed it. */
  start(claims: Claims, wanted: WantedRefresh): void {
    const { key, id, version } = wanted;
    if (!claims.isOpen(id, version)) return;
    const ended = claims
      .take(id, version)
      .then((taken) => (taken ? this.#send(wanted) : undefined))
      .catch((error: unknown) => this.#space.report('refresh', error, key))
      .finally(() => this.#underway.delete(ended));
    this.#underway.add(ended);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.allSettled(this.#underway);
  }

  async #send({ job, id, key, args, refresh }: WantedRefresh): Promise<void> {
    const request: RefreshRequest = { job, id: this.#requestId(job, id), args, refresh };
    try {
      await this.#runner.run(request);
    } catch (error) {
      this.#space.report('refresh queue', error, key);
      if (this.#runner.elsewhere) await this.#here.run(request);
    }
  }

  /** Other caches may use the same queue, and other jobs the same keys. */
  #requestId(job: string, id: string): string {
    const parts = JSON.stringify([this.#space.root.name, job, id]);
    return createHash('sha256').update(parts).digest('hex').slice(0, 32);
  }
}
