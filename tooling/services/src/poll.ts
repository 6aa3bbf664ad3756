const INTERVAL = 10;

/** Waits until `check` returns something other than `undefined` or `false`; what it throws counts as not yet. */
export async function poll<T>(what: string, check: () => T | Promise<T>, timeout = 15_000): Promise<T & {}> {
  const giveUpAt = Date.now() + timeout;
  let failure: unknown;
  while (Date.now() < giveUpAt) {
    try {
      const result = await check();
      if (result !== undefined && result !== null && result !== false) return result;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  throw new Error(`Not within ${timeout} ms: ${what}.`, { cause: failure });
}
