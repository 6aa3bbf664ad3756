interface Item<T> {
  readonly subject: T;
  readonly at: number;
  /** What comes first of those with the same instant. */
  readonly order: number;
}

/** Subjects in the order of instants, of the same instant in the order in which they came: a binary heap. */
export class DueTimes<T> {
  readonly #items: Item<T>[] = [];
  #added = 0;

  /** The earliest instant; `Infinity` if there is none. */
  get first(): number {
    return this.#items[0]?.at ?? Infinity;
  }

  add(subject: T, at: number): void {
    const items = this.#items;
    let index = items.push({ subject, at, order: (this.#added += 1) }) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  /** Takes out the subject of the earliest instant. */
  shift(): T | undefined {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first?.subject;
    items[0] = last;
    this.#sink();
    return first.subject;
  }

  #sink(): void {
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let least = this.#isBefore(left, index) ? left : index;
      if (this.#isBefore(right, least)) least = right;
      if (least === index) return;
      this.#swap(least, index);
      index = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#items[one], this.#items[other]];
    if (a === undefined || b === undefined) return b === undefined && a !== undefined;
    return a.at === b.at ? a.order < b.order : a.at < b.at;
  }

  #swap(one: number, other: number): void {
    const items = this.#items;
    [items[one], items[other]] = [items[other] as Item<T>, items[one] as Item<T>];
  }
}
