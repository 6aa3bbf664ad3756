/** How long work that no client waits for may take, in milliseconds. */
const LIMIT = 30_000;

/** Calls `expire` unless the function returned is called within 30 seconds. Keeps no process alive. */
export function deadline(expire: () => void): () => void {
  const timer: unknown = setTimeout(expire, LIMIT);
  if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref();
  return () => clearTimeout(timer as Parameters<typeof clearTimeout>[0]);
}
