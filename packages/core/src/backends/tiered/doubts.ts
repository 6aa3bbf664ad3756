import type { Entry } from '../../entry.ts';

/** Keys that are remembered one by one. */
const MAX_KEYS = 10_000;

interface Doubt {
  /** Writes that were given up on and may still take effect. */
  pending: number;
  /** Changes with each new doubt about the key. */
  version: number;
}

/**
 * Keys about which nobody knows what a tier holds, because a write failed or was given up on: what is there may be older than what readers have
 * seen already. Nothing is read from the tier under such a key until it was deleted there or overwritten. Bounded: beyond 10,000 keys, or after a
 * `clear` that failed, everything that was stored until then is in doubt.
 */
export class Doubts {
  readonly #keys = new Map<string, Doubt>();
  #until = -Infinity;

  get some(): boolean {
    return this.#keys.size > 0;
  }

  has(key: string): boolean {
    return this.#keys.size > 0 && this.#keys.has(key);
  }

  /** Whether an entry of the tier may be older than what is known elsewhere. */
  covers(entry: Entry): boolean {
    return entry.storedAt <= this.#until;
  }

  /** Notes a failed write. `late` is the write, if it may still take effect. */
  add(key: string, now: number, late?: Promise<unknown>): void {
    const doubt = this.#keys.get(key) ?? { pending: 0, version: 0 };
    doubt.version += 1;
    this.#keys.set(key, doubt);
    if (this.#keys.size > MAX_KEYS) {
      const [oldest] = this.#keys.keys();
      if (oldest !== undefined) this.#keys.delete(oldest);
      this.addAll(now);
    }
    if (late === undefined) return;
    doubt.pending += 1;
    const settled = (): void => {
      doubt.pending -= 1;
    };
    late.then(settled, settled);
  }

  addAll(now: number): void {
    this.#until = Math.max(this.#until, now);
  }

  /** A write that began when the doubt was at this version has succeeded: it settles the doubt, if nothing was added since. */
  settle(key: string, version: number): void {
    const doubt = this.#keys.get(key);
    if (doubt !== undefined && doubt.version === version && doubt.pending === 0) this.#keys.delete(key);
  }

  versionOf(key: string): number {
    return this.#keys.get(key)?.version ?? 0;
  }

  /** Keys that a delete can settle now, at most 100 of them. */
  due(): [key: string, version: number][] {
    const due: [string, number][] = [];
    for (const [key, { pending, version }] of this.#keys) {
      if (pending > 0) continue;
      due.push([key, version]);
      if (due.length === 100) break;
    }
    return due;
  }
}
