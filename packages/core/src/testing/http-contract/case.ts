import { memory } from '../../backends/memory.ts';
import type { Cache } from '../../cache.ts';
import { createCache } from '../../create-cache.ts';
import { type FakeClock, fakeClock } from '../fake-clock.ts';
import { type Answer, type Ask, get, open, type OpenAnswer } from './client.ts';
import type { HttpFeature, HttpHarness, HttpRoute, HttpSite, RunningSite } from './harness.ts';

/** One thing that a framework with its adapter must do. */
export interface HttpContractCase {
  readonly name: string;
  /** Why the case does not apply to this framework, if it does not. */
  readonly lacks: string | undefined;
  /** Rejects if the adapter does not. */
  readonly run: () => Promise<void>;
}

/** A case before it is bound to a harness. */
export interface HttpPart {
  readonly name: string;
  readonly needs?: HttpFeature;
  readonly run: (world: HttpWorld) => Promise<void>;
}

/** What a case works with: one cache whose time the case moves, and the apps it starts on it. */
export interface HttpWorld {
  readonly cache: Cache;
  readonly clock: FakeClock;
  /** Starts an app that runs until the case is over. */
  readonly start: (routes: HttpRoute | readonly HttpRoute[], more?: Partial<HttpSite>) => Promise<Client>;
}

/** Asks a running app. */
export interface Client {
  /** Scheme and host under which the app knows itself. */
  readonly origin: string;
  get(path: string, ask?: Ask): Promise<Answer>;
  open(path: string, ask?: Ask): Promise<OpenAnswer>;
}

/** The lifetime of what a case stores without saying for how long: an hour. */
const HOUR = 60 * 60 * 1000;

/** A case that makes its own world and takes it down again. */
export function runnable(part: HttpPart, harness: HttpHarness): HttpContractCase {
  return {
    name: part.name,
    lacks: part.needs === undefined ? undefined : harness.lacks?.[part.needs],
    async run() {
      const clock = fakeClock(Date.now());
      const cache = createCache({ clock, ttl: HOUR, backend: memory({ maxEntries: 2_000 }) });
      const running: RunningSite[] = [];
      try {
        await part.run({
          cache,
          clock,
          async start(routes, more) {
            const site = await harness.start({ cache, routes: [routes].flat() as readonly HttpRoute[], ...more });
            running.push(site);
            const origin = site.url ?? 'http://localhost';
            return { origin, get: (path, ask) => get(site, path, ask), open: (path, ask) => open(site, path, ask) };
          },
        });
      } finally {
        for (const site of running) await site.close();
        await cache.close();
      }
    },
  };
}
