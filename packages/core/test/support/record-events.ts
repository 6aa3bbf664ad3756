import type { Cache, CacheEventName, CacheEvents } from '../../src/index.ts';

/** An event with its name, as a test compares it. */
export type RecordedEvent = {
  [N in CacheEventName]: { readonly name: N; readonly event: CacheEvents[N] };
}[CacheEventName];

/** All events of these names from now on, in order. */
export function recordEvents(cache: Cache, ...names: CacheEventName[]): RecordedEvent[] {
  const recorded: RecordedEvent[] = [];
  for (const name of names) cache.on(name, (event) => recorded.push({ name, event } as RecordedEvent));
  return recorded;
}
