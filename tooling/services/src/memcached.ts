import { type ChildServer, startServer } from './child-server.ts';
import { freePort } from './ports.ts';
import { program } from './programs.ts';

const HOST = '127.0.0.1';
const VERSION = { request: 'version\r\n', answer: 'VERSION' };

/** Where a memcached server is. */
export interface MemcachedAddress {
  readonly host: string;
  readonly port: number;
  /** `host:port`. */
  readonly address: string;
  /** Ends the server, if the tests started it. */
  stop(): Promise<void>;
}

/** A server of the test's own, which it may stop, kill and start again. */
export interface OwnMemcached extends MemcachedAddress {
  /** The process; another one after `restart`. */
  readonly server: ChildServer;
  /** Starts the server again on the same port, after `server.kill()`; it is empty then. */
  restart(): Promise<void>;
}

/** A server that several test files may use at the same time: `MEMCACHED_URL` (`memcached://host:port`), or one just started. */
export async function memcachedServer(): Promise<MemcachedAddress> {
  const url = process.env['MEMCACHED_URL'];
  if (url === undefined || url === '') return startMemcached();
  const { hostname, port } = new URL(url.includes('://') ? url : `memcached://${url}`);
  const host = hostname === '' ? HOST : hostname;
  return { host, port: Number(port || 11211), address: `${host}:${port || 11211}`, stop: async () => {} };
}

/** Starts a server, with options after the defaults. */
export async function startMemcached(options: readonly string[] = []): Promise<OwnMemcached> {
  const command = await program('memcached', 'memcached', 'MEMCACHED_URL');
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const all = ['-l', HOST, '-p', `${port}`, '-U', '0', ...user, ...options];
  let server = await startServer(command, all, port, VERSION);
  return {
    host: HOST,
    port,
    address: `${HOST}:${port}`,
    get server() {
      return server;
    },
    async restart() {
      server = await startServer(command, all, port, VERSION);
    },
    stop: () => server.kill(),
  };
}
