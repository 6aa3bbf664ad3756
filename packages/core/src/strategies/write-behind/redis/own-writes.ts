import type { PendingWrite } from '../journal.ts';

/** Milliseconds after which it is asked again whether a write is still pending. */
const ASK_AGAIN = 1_000;
const MOST_AT_ONCE = 500;

/** What this process has written and, as far as it knows, is still pending: so that its readers see it, whoever brings it to the database. */
export class OwnWrites {
  readonly #writes = new Map<string, { readonly write: PendingWrite; askAt: number }>();

  get(name: string): PendingWrite | undefined {
    return this.#writes.get(name)?.write;
  }

  add(write: PendingWrite, now: number): void {
    this.#writes.delete(write.name);
    this.#writes.set(write.name, { write, askAt: now + ASK_AGAIN });
  }

  /** The name was settled up to this sequence. */
  settled(name: string, sequence: number): void {
    const known = this.#writes.get(name);
    if (known !== undefined && known.write.sequence <= sequence) this.#writes.delete(name);
  }

  /** Names of which it should be asked whether they are still pending. */
  doubtful(now: number): string[] {
    const names: string[] = [];
    for (const [name, { askAt }] of this.#writes) {
      if (askAt > now || names.length === MOST_AT_ONCE) break;
      names.push(name);
    }
    return names;
  }

  /** What is pending under a name now: if it is another write, readers find that one elsewhere. */
  answered(name: string, sequence: number | undefined, now: number): void {
    const known = this.#writes.get(name);
    if (known === undefined) return;
    this.#writes.delete(name);
    if (known.write.sequence === sequence) this.add(known.write, now);
  }
}
