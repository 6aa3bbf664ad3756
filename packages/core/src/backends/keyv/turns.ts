/** Lets work on one key wait for the work on it that came before. Remembers a key as long as there is work on it. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** What the work resolves with, which begins once all earlier work on the key has ended, well or not. */
  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = before === undefined ? work() : before.then(work, work);
    this.#last.set(key, turn);
    const forget = (): void => {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    };
    turn.then(forget, forget);
    return turn;
  }
}
