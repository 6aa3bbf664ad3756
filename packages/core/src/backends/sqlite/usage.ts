/** Rows whose uses are noted before they must be written down. */
const MAX_ROWS = 200;

/** Reads since the last time they were written down; writing each would make every read a write. */
export class Usage {
  hits = 0;
  misses = 0;
  #rows = new Map<number, { times: number; at: number }>();

  /** Whether there is something to write down. */
  get any(): boolean {
    return this.#rows.size > 0 || this.hits > 0 || this.misses > 0;
  }

  /** Whether it is time to. */
  get many(): boolean {
    return this.#rows.size >= MAX_ROWS;
  }

  read(id: number, at: number): void {
    const known = this.#rows.get(id);
    if (known === undefined) {
      this.#rows.set(id, { times: 1, at });
    } else {
      known.times += 1;
      known.at = at;
    }
  }

  /** Hands out what was noted, and begins anew. */
  take(): {
    readonly hits: number;
    readonly misses: number;
    readonly rows: readonly [number, { times: number; at: number }][];
  } {
    const taken = { hits: this.hits, misses: this.misses, rows: [...this.#rows] };
    this.#rows.clear();
    this.hits = 0;
    this.misses = 0;
    return taken;
  }
}
