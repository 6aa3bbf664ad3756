import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ChildServer, startServer } from './child-server.ts';
import { freePort } from './ports.ts';
import { program } from './programs.ts';

const HOST = '127.0.0.1';
const USER = 'test';
const DATABASE = 'postgres';
/** Nothing here must outlive a loss of power; what is used besides files of the folder is shared memory that ends with the server. */
const SETTINGS = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  dynamic_shared_memory_type: 'mmap',
  shared_buffers: '16MB',
  fsync: 'off',
  full_page_writes: 'off',
};

/** Where a PostgreSQL server is. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  /** `postgres://user@host:port/database`. */
  readonly url: string;
  /** Ends the server, if the tests started it. */
  stop(): Promise<void>;
}

/** A server of the test's own, which it may stop, kill and start again. */
export interface OwnPostgres extends PostgresAddress {
  /** The process; another one after `restart`. */
  readonly server: ChildServer;
  /** Starts the server again on the same port, after `server.kill()`, with what it had stored. */
  restart(): Promise<void>;
}

/** A server that several test files may use at the same time, with tables of their own: `POSTGRES_URL`, or one just started. */
export async function postgresServer(): Promise<PostgresAddress> {
  const url = process.env['POSTGRES_URL'];
  if (url === undefined || url === '') return startPostgres();
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 5432), url, stop: async () => {} };
}

/** Starts a server on a new database, in about a second, with settings after the defaults. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<OwnPostgres> {
  const command = await program('postgres', 'postgresql', 'POSTGRES_URL');
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'postgres-test-'));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  createDatabase(join(dirname(command), 'initdb'), folder, user);
  const port = await freePort();
  const given = Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const all = ['-D', folder, '-p', `${port}`, ...given];
  // Its own way to stop at once: SIGKILL would leave shared memory behind.
  const start = (): Promise<ChildServer> =>
    startServer(command, all, port, HELLO, { endSignal: 'SIGQUIT', ...(user !== undefined && { user }) });
  let server = await start();
  return {
    host: HOST,
    port,
    url: `postgres://${USER}@${HOST}:${port}/${DATABASE}`,
    get server() {
      return server;
    },
    async restart() {
      server = await start();
    },
    async stop() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A start packet of protocol 3.0; "authentication ok" is answered once the database takes queries. */
const HELLO = { request: startPacket({ user: USER, database: DATABASE }), answer: 'R\0\0\0\x08\0\0\0\0' };

function startPacket(parameters: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const body = `\0\x03\0\0${pairs.join('')}\0`;
  return `\0\0\0${String.fromCharCode(body.length + 4)}${body}`;
}

/** PostgreSQL refuses to run as root: then its own user, or nobody. `undefined`: the one who runs the tests. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (found === undefined) throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody.');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

function createDatabase(initdb: string, folder: string, user: ReturnType<typeof unprivilegedUser>): void {
  const options = ['-D', folder, '-U', USER, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  const { status, stderr, error } = spawnSync(initdb, options, { cwd: folder, ...user });
  if (status !== 0) throw new Error(`${initdb} failed: ${error?.message ?? stderr.toString()}`);
}
