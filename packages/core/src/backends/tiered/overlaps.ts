/** One call for one key, from its beginning to its end. */
export interface Turn {
  readonly key: string;
  readonly writes: boolean;
  /** Whether no write of the same key ran at the same time so far. */
  alone: boolean;
}

/**
 * Knows which calls for a key ran at the same time. What such calls did happened in an order that this process does not know, so
 * none of them may decide what the near tier holds. Holds as much as there are calls under way.
 */
export class Overlaps {
  readonly #turns = new Map<string, Set<Turn>>();
  #clears = 0;

  begin(key: string, writes: boolean): Turn {
    const others = this.#turns.get(key) ?? new Set<Turn>();
    const turn = { key, writes, alone: this.#clears === 0 };
    for (const other of others) {
      if (other.writes) turn.alone = false;
      if (writes) other.alone = false;
    }
    this.#turns.set(key, others.add(turn));
    return turn;
  }

  end(turn: Turn): void {
    const turns = this.#turns.get(turn.key);
    turns?.delete(turn);
    if (turns?.size === 0) this.#turns.delete(turn.key);
  }

  /** From here to `endAll`, no call is alone, whatever its key. */
  beginAll(): void {
    this.#clears += 1;
    for (const turns of this.#turns.values()) for (const turn of turns) turn.alone = false;
  }

  endAll(): void {
    this.#clears -= 1;
  }
}
