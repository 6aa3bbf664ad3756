import { createServer } from 'node:net';

/** Below the range from which systems take the ports of outgoing connections, with room for `port + 10000`. */
const [LOWEST, HIGHEST] = [12_000, 22_000];
const taken = new Set<number>();

/** A loopback port that is free, as are those at the given offsets from it (a Redis Cluster bus has +10000). */
export async function freePort(offsets: readonly number[] = []): Promise<number> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (taken.has(port)) continue;
    const free = await Promise.all([0, ...offsets].map((offset) => isFree(port + offset)));
    if (!free.every(Boolean)) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`No free loopback port between ${LOWEST} and ${HIGHEST}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
