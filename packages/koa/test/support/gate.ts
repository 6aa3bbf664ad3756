/** A promise that the test resolves, and how often somebody has come to it. */
export interface Gate {
  /** Waits until the test opens the gate. */
  readonly pass: () => Promise<void>;
  readonly open: () => void;
  /** Resolves when so many have come. */
  readonly reached: (count: number) => Promise<void>;
}

export function gate(): Gate {
  let count = 0;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    open: () => open(),
    pass() {
      count += 1;
      for (const waiter of waiting) if (waiter.count <= count) waiter.resolve();
      return opened;
    },
    reached: (wanted) =>
      count >= wanted ? Promise.resolve() : new Promise((resolve) => waiting.push({ count: wanted, resolve })),
  };
}
