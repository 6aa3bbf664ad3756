import { diskFailure } from './failures.ts';

const MAX_KEYS = 10_000;

/**
 * Writes that the disk refused. What was there before must not be read any more by this process, although it still lies in the
 * file: the keys are remembered until a write of theirs succeeds.
 */
export class DroppedWrites {
  /** How many there were. */
  count = 0;
  readonly #keys = new Set<string>();
  readonly #reported = new Set<string>();
  readonly #report: (operation: string, error: unknown) => void;
  /** Too many to remember: nothing in the file can be trusted. */
  #all = false;

  constructor(report: (operation: string, error: unknown) => void) {
    this.#report = report;
  }

  get all(): boolean {
    return this.#all;
  }

  has(key: string): boolean {
    return this.#keys.size > 0 && (this.#all || this.#keys.has(key));
  }

  /** Notes a failure of a kind that is expected of disks, told once; any other is thrown. */
  failed(operation: string, error: unknown): void {
    const kind = diskFailure(error);
    if (kind === undefined) throw error;
    if (this.#reported.has(kind)) return;
    this.#reported.add(kind);
    this.#report(operation, error);
  }

  add(keys: readonly string[]): void {
    this.count += keys.length;
    for (const key of keys) this.#keys.add(key);
    if (this.#keys.size > MAX_KEYS) this.#all = true;
  }

  written(keys: readonly string[]): void {
    if (this.#keys.size > 0) for (const key of keys) this.#keys.delete(key);
  }

  /** Nothing is in the file any more. */
  cleared(): void {
    this.#keys.clear();
    this.#all = false;
  }
}
