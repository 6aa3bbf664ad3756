import { Redis } from 'ioredis';
import type { StoreContext } from '../../../src/index.ts';
import { type RedisConnection, redis } from '../../../src/backends/redis/index.ts';
import {
  type RedisAddress,
  type RedisCluster,
  type RedisSentinels,
  redisServer,
  startCluster,
  startSentinels,
} from '@cache/services/redis';
import { ownPrefix } from '../redis/support.ts';
import { describeEngine, type Engine, sharedAndPersistent, thorough } from './engine.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Servers in some arrangement: how to reach them together, and each master alone. */
interface Servers {
  readonly connection: () => RedisConnection;
  readonly masters: () => readonly Address[];
}

function engineOver(servers: Servers, of: Pick<Engine, 'start' | 'stop'>): Engine {
  const prefix = ownPrefix();
  return {
    ...of,
    capabilities: sharedAndPersistent,
    sequences: 20,
    // The machine that runs tests may be busy; what a timeout does is the matter of other tests.
    open: () => redis(servers.connection(), { prefix, timeout: '5s' }),
    evict: (context, key) => evict(servers.masters(), `${prefix}:${idOf(context)}:${key}`),
  };
}

const idOf = ({ name, version }: StoreContext): string => `${name}:${version}`;

/** Deletes without a trace. Only the master that has the key does it, the others say where it is. */
async function evict(masters: readonly Address[], id: string): Promise<void> {
  for (const { host, port } of masters) {
    const client = new Redis({ host, port });
    await client.del(id).catch(() => {});
    client.disconnect();
  }
}

const addressOf = ({ host, port }: Address): Address => ({ host, port });

let server: RedisAddress;
const single: Servers = { connection: () => server.url, masters: () => [server] };
describeEngine(
  'redis',
  engineOver(single, {
    start: async () => {
      server = await redisServer();
    },
    stop: () => server.stop(),
  }),
);

let cluster: RedisCluster;
const three: Servers = {
  connection: () => ({ nodes: cluster.nodes.map(addressOf) }),
  masters: () => cluster.nodes,
};
describeEngine(
  'redis-cluster',
  engineOver(three, {
    start: async () => {
      cluster = await startCluster();
    },
    stop: () => cluster.stop(),
  }),
);

let watched: RedisSentinels;
const sentinels: Servers = {
  connection: () => ({ sentinels: watched.sentinels.map(addressOf), name: watched.name }),
  masters: () => [watched.master],
};
if (thorough)
  describeEngine(
    'redis-sentinel',
    engineOver(sentinels, {
      start: async () => {
        watched = await startSentinels();
      },
      stop: () => watched.stop(),
    }),
  );
