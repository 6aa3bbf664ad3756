import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Fault, FaultyStream } from './faulty-stream.ts';

/**
 * Stands between a client and a server in the same process and breaks what passes, to test what a client does then.
 */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: number;
  /** Ends the fault: what was held back arrives, and connections are accepted again. */
  pass(): Promise<void>;
  /** Cuts all connections and refuses new ones, until `pass`. */
  down(): Promise<void>;
  /** Ends all connections with a reset (RST). New ones are accepted. */
  reset(): void;
  /** Delays each piece by so many milliseconds in each direction. */
  latency(milliseconds: number): void;
  /** Delivers everything in pieces of so many bytes. */
  slice(bytes: number): void;
  /** Holds everything back after so many more bytes in each direction of each connection. Default: 0. */
  freeze(afterBytes?: number): void;
  /** Accepts connections and loses all that is sent, until `pass`; connections of that time stay silent. */
  blackhole(): void;
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a proxy on a free loopback port. It does not keep the process alive.
 *
 * @param target where the server is; `host` default `'127.0.0.1'`
 * @example
 * const proxy = await faultProxy({ port: 6379 });
 * const cache = createCache({ backend: redis({ host: proxy.host, port: proxy.port }) });
 * proxy.blackhole();
 * await cache.getOrSet('a', () => 1); // 1, from the loader
 */
export async function faultProxy(target: { readonly host?: string; readonly port: number }): Promise<FaultProxy> {
  const { host = '127.0.0.1', port } = target;
  const sockets = new Map<Socket, FaultyStream>();
  let fault: Fault = { kind: 'none' };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const upstream = connect({ host, port, noDelay: true, allowHalfOpen: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.set(from, new FaultyStream(from, to, fault));
      from.once('close', () => sockets.delete(from));
    }
  });
  const apply = (next: Fault): void => {
    fault = next;
    for (const stream of sockets.values()) stream.apply(next);
  };
  const cut = (how: 'destroy' | 'resetAndDestroy'): void => {
    for (const socket of sockets.keys()) socket[how]();
  };
  const own = await listen(server, 0);
  return {
    host: '127.0.0.1',
    port: own,
    get connections() {
      return sockets.size / 2;
    },
    async pass() {
      apply({ kind: 'none' });
      if (!server.listening) await listen(server, own);
    },
    async down() {
      const stopped = stop(server);
      cut('destroy');
      await stopped;
    },
    reset: () => cut('resetAndDestroy'),
    latency: (milliseconds) => apply({ kind: 'latency', milliseconds }),
    slice: (bytes) => apply({ kind: 'slice', bytes }),
    freeze: (afterBytes = 0) => apply({ kind: 'freeze', afterBytes }),
    blackhole: () => apply({ kind: 'blackhole' }),
    async close() {
      const stopped = stop(server);
      cut('destroy');
      await stopped;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      server.unref();
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) server.close(() => resolve());
    else resolve();
  });
}
