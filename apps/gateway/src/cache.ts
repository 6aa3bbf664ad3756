import { type Backend, type Cache, createCache, memory } from '@cache/core';
import type { ResponsePolicy } from '@cache/core/node';
import type { Mode, Options } from './options.ts';
import { StartError } from './start-error.ts';

/** The cache before the origin, and by which rules it stores. */
export interface CachedBy {
  readonly cache: Cache;
  readonly policy: ResponsePolicy;
}

/** Makes the cache that the options ask for, or none. @throws StartError */
export async function openCache({
  mode,
  backend,
  maxStoredBytes,
  storeSetCookie,
}: Options): Promise<CachedBy | undefined> {
  if (mode === undefined) return undefined;
  const cache = createCache({ name: 'gateway', backend: await openBackend(backend) });
  reportErrors(cache);
  return { cache, policy: { ...POLICIES[mode], maxBodyBytes: maxStoredBytes, storeSetCookie } };
}

/** A backend that is away fails with every request; one line now and then says so. */
function reportErrors(cache: Cache): void {
  const between = 10_000;
  let last = Number.NEGATIVE_INFINITY;
  cache.on('error', ({ operation, error }) => {
    if (performance.now() - last < between) return;
    last = performance.now();
    console.error(`cache ${operation}: ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** The origin says how long its answers live; nothing does that for it. */
const POLICIES: Readonly<Record<Mode, ResponsePolicy>> = {
  standard: { mode: 'standard' },
  safe: { maxAge: 0, inputs: 'declared' },
};

/** Only what is asked for is loaded: the client libraries need not be installed. */
async function openBackend(where: string): Promise<Backend> {
  if (where === 'memory') return memory();
  const [, directory] = /^sqlite:(.+)$/.exec(where) ?? [];
  if (directory !== undefined) return (await import('@cache/core/sqlite')).sqlite({ directory });
  if (/^rediss?:\/\//.test(where)) return (await import('@cache/core/redis')).redis(where);
  const [, server] = /^memcached:\/\/(.+)$/.exec(where) ?? [];
  if (server !== undefined) return (await import('@cache/core/memcached')).memcached(server);
  throw new StartError(
    `--backend is "${where}"; use memory, sqlite:FOLDER, redis://HOST:PORT or memcached://HOST:PORT`,
  );
}
