import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type ChildServer, startServer } from './child-server.ts';
import { poll } from './poll.ts';
import { freePort } from './ports.ts';
import { program } from './programs.ts';

const HOST = '127.0.0.1';
const PING = { request: 'PING\r\n', answer: 'PONG' };

/** Where a Redis server is. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Ends the server, if the tests started it. */
  stop(): Promise<void>;
}

/** A server of the test's own, which it may stop, kill and start again. */
export interface OwnRedis extends RedisAddress {
  /** The process; another one after `restart`. */
  readonly server: ChildServer;
  /** Starts the server again on the same port, after `server.kill()`; it has lost its data unless `options` say to keep it. */
  restart(): Promise<void>;
}

/** A server that several test files may use at the same time, under prefixes of their own: `REDIS_URL`, or one just started. */
export async function redisServer(): Promise<RedisAddress> {
  const url = process.env['REDIS_URL'];
  if (url === undefined || url === '') return startRedis();
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 6379), url, stop: async () => {} };
}

/** Starts a server, with `--name value` options after the defaults (no persistence). */
export async function startRedis(options: readonly string[] = [], offsets: readonly number[] = []): Promise<OwnRedis> {
  const command = await program('redis-server', 'redis-server', 'REDIS_URL');
  const folder = mkdtempSync(join(tmpdir(), 'redis-test-'));
  const port = await freePort(offsets);
  const all = ['--port', `${port}`, '--bind', HOST, '--dir', folder, '--save', '', '--appendonly', 'no', ...options];
  let server = await startServer(command, all, port, PING);
  return {
    host: HOST,
    port,
    url: `redis://${HOST}:${port}`,
    get server() {
      return server;
    },
    async restart() {
      server = await startServer(command, all, port, { request: 'PING\r\n', answer: '' });
    },
    async stop() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Three masters that share all slots. */
export interface RedisCluster {
  readonly nodes: readonly OwnRedis[];
  stop(): Promise<void>;
}

const SLOTS = 16_384;

export async function startCluster(masters = 3): Promise<RedisCluster> {
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-config-file', 'nodes.conf'];
  const starting = Array.from({ length: masters }, () => startRedis(options, [10_000]));
  const nodes = await Promise.all(starting);
  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.stop())));
  const clients = nodes.map(({ port }) => new Redis(port, HOST));
  try {
    await Promise.all(
      clients.map(async (client, index) => {
        const [first, last] = [index, index + 1].map((part) => Math.floor((SLOTS * part) / masters)) as [
          number,
          number,
        ];
        await client.call('CLUSTER', 'ADDSLOTSRANGE', first, last - 1);
        await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      }),
    );
    for (const { port } of nodes.slice(1)) await clients[0]?.call('CLUSTER', 'MEET', HOST, port);
    await poll('all nodes know the whole cluster', async () => {
      const infos = await Promise.all(clients.map((client) => client.cluster('INFO')));
      return infos.every((info) => info.includes('cluster_state:ok') && info.includes(`cluster_size:${masters}`));
    });
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const client of clients) client.disconnect();
  }
  return { nodes, stop };
}

/** A master, a replica, and three sentinels that watch them under the name `main`. */
export interface RedisSentinels {
  readonly name: string;
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  readonly master: OwnRedis;
  readonly replica: OwnRedis;
  stop(): Promise<void>;
}

export async function startSentinels(): Promise<RedisSentinels> {
  const command = await program('redis-server', 'redis-server', 'REDIS_URL');
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
  const options = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
  const master = await startRedis(options);
  const replica = await startRedis([...options, '--replicaof', `${HOST} ${master.port}`]);
  const sentinels = await Promise.all(
    [0, 1, 2].map(async (index) => {
      const port = await freePort();
      const file = join(folder, `${index}.conf`);
      writeFileSync(
        file,
        `port ${port}\nbind ${HOST}\ndir ${folder}\nsentinel monitor main ${HOST} ${master.port} 2\n` +
          'sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n',
      );
      const server = await startServer(command, [file, '--sentinel'], port, PING);
      return { host: HOST, port, server };
    }),
  );
  const stop = async (): Promise<void> => {
    await Promise.all([...sentinels.map(({ server }) => server.kill()), master.stop(), replica.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  const asked = sentinels.map(({ port }) => new Redis(port, HOST));
  try {
    await poll('the sentinels know the replica and each other', async () => {
      const known = await Promise.all(asked.map((sentinel) => sentinel.call('SENTINEL', 'MASTER', 'main')));
      return known.every(
        (state) => fieldOf(state, 'num-slaves') === '1' && fieldOf(state, 'num-other-sentinels') === '2',
      );
    });
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const sentinel of asked) sentinel.disconnect();
  }
  return { name: 'main', sentinels, master, replica, stop };
}

function fieldOf(flat: unknown, field: string): unknown {
  const list = flat as unknown[];
  return list[list.indexOf(field) + 1];
}
