import { describe, expect, it } from 'vitest';
import { redis } from '../../../src/backends/redis/index.ts';
import { type Backend, type Cache, createCache, memory, tiered } from '../../../src/index.ts';
import { refreshBehind, type RefreshRunner } from '../../../src/strategies/index.ts';
import { afterThisTest, cleanUpAfterEach, ownPrefix, useRedis } from '../../backends/redis/support.ts';
import { cleanUpAfterEach as cleanUpWorlds, world } from '../../backends/sqlite/support/use-directory.ts';
import { deferred } from '../../support/deferred.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';

expectNoUnhandledRejections();
cleanUpAfterEach();
cleanUpWorlds();
const server = useRedis();

/** Backends as several processes would have them: each its own, all on the same data. */
const engines: [name: string, one: () => () => Backend][] = [
  ['redis', () => inRedis(ownPrefix())],
  [
    'memory before redis',
    () => {
      const far = inRedis(ownPrefix());
      return () => tiered({ l1: memory({ maxEntries: 2_000 }), l2: far(), timeout: '5s', l1Ttl: 20 });
    },
  ],
  [
    'sqlite',
    () => {
      const shared = world();
      return () => shared.backend();
    },
  ],
];

function inRedis(prefix: string): () => Backend {
  return () => redis(server.url, { prefix, timeout: '5s' });
}

function processes(backend: () => Backend, count: number): Cache[] {
  return Array.from({ length: count }, () => {
    const cache = createCache({ backend: backend(), backendTimeout: '5s' });
    afterThisTest(() => cache.close());
    return cache;
  });
}

/** A reader of one item in each process. */
function readers(backend: () => Backend, fetch: (by: number) => string | Promise<string>, options: object = {}) {
  const made = processes(backend, 3).map((cache, by) => {
    return refreshBehind(cache, () => fetch(by), { name: 'item', ttl: '1h', ...options });
  });
  const [one, two, three] = made;
  if (one === undefined || two === undefined || three === undefined) throw new Error('There are three.');
  return { one, two, three, idle: () => Promise.all(made.map(({ idle }) => idle())) };
}

describe.each(engines)('processes that share %s', (_, one) => {
  it('refresh an item once, however many of them ask', async () => {
    const fetched: number[] = [];
    const { one: a, two: b, three: c, idle } = readers(one(), (by) => `fetch ${fetched.push(by)}`);
    await a();
    expect([await b(), await c()]).toEqual(['fetch 1', 'fetch 1']);
    await a.job.invalidate();
    const stale = await Promise.all([b(), c(), a(), b(), c()]);
    await idle();
    expect(stale.every((answer) => ['fetch 1', 'fetch 2'].includes(answer))).toBe(true);
    await expect.poll(() => Promise.all([a(), b(), c()])).toEqual(['fetch 2', 'fetch 2', 'fetch 2']);
    expect(fetched).toHaveLength(2);
  });

  it('take over from one that died, once the time-out is over', async () => {
    const fetched: number[] = [];
    const lost: RefreshRunner = { elsewhere: false, run: () => Promise.resolve() };
    const backend = one();
    const fetch = (by: number): string => `fetch ${fetched.push(by)}`;
    const { one: dying } = readers(backend, fetch, { runner: lost, ttl: 1, refreshTimeout: 60 });
    const { one: a, two: b, idle } = readers(backend, fetch, { refreshTimeout: 60 });
    await dying();
    // Stale after a millisecond, and claimed by the process that will not do it.
    await expect.poll(() => dying.job.peek()).toMatchObject({ stale: true });
    await dying();
    await dying.idle();
    expect([await a(), await b()]).toEqual(['fetch 1', 'fetch 1']);
    await expect.poll(() => a(), { interval: 5 }).toBe('fetch 2');
    await idle();
    await expect.poll(() => b()).toBe('fetch 2');
    expect(fetched).toHaveLength(2);
  });

  it('do not keep what was fetched before one of them invalidated', async () => {
    const held = deferred<string>();
    const fetches = ['old', held.promise, 'new', 'new', 'new'];
    const begun = deferred<void>();
    const fetch = (): string | Promise<string> => {
      const next = fetches.shift() ?? 'too often';
      if (next === held.promise) begun.resolve();
      return next;
    };
    const { one: a, two: b, idle } = readers(one(), fetch);
    await a();
    await a.invalidate();
    await begun.promise;
    expect(await b.invalidate()).toBe(true);
    held.resolve('out of date');
    await idle();
    await expect.poll(() => Promise.all([a(), b()])).toEqual(['new', 'new']);
  });
});
