import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisConnection, redis } from '../../../src/backends/redis/index.ts';
import type { Backend } from '../../../src/index.ts';
import { backendContract, type ContractHarness } from '../../../src/testing/index.ts';
import { type RedisAddress, type RedisCluster, redisServer, startCluster } from '@cache/services/redis';
import { ownPrefix } from './support.ts';

let server: RedisAddress;
let cluster: RedisCluster;
const prefix = ownPrefix();
const backends = new Map<string, [Backend, Backend]>();

beforeAll(async () => {
  [server, cluster] = await Promise.all([redisServer(), startCluster()]);
  backends.set('single', pair(connectionOf('single')));
  backends.set('cluster', pair(connectionOf('cluster')));
}, 200_000);

const reopened: Backend[] = [];

afterAll(async () => {
  for (const backend of reopened) await backend.close();
  for (const [first, second] of backends.values()) for (const backend of [first, second]) await backend.close();
  await Promise.all([server.stop(), cluster.stop()]);
});

function pair(connection: RedisConnection): [Backend, Backend] {
  return [open(connection), open(connection)];
}

/** The machine that runs tests may be busy; what a timeout does is the matter of other tests. */
function open(connection: RedisConnection): Backend {
  return redis(connection, { prefix, timeout: '5s' });
}

function connectionOf(kind: 'single' | 'cluster'): RedisConnection {
  return kind === 'single' ? server.url : { nodes: cluster.nodes.map(({ host, port }) => ({ host, port })) };
}

const capabilities = { atomic: true, shared: true, persistent: true };

describe.each(['single', 'cluster'] as const)('Redis (%s)', (kind) => {
  const create: ContractHarness['create'] = async () => {
    const [backend, second] = backends.get(kind) ?? [];
    if (backend === undefined || second === undefined) throw new Error('The server is not there yet.');
    return {
      backend,
      second,
      // Another one, as a process has it that starts later; the first serves the other cases.
      reopen: async () => {
        const again = open(connectionOf(kind));
        reopened.push(again);
        return again;
      },
      evict: async ({ name, version }, key) => {
        const id = `${prefix}:${name}:${version}:${key}`;
        const nodes = kind === 'single' ? [server] : cluster.nodes;
        // Only the node that has the key deletes it, the others say where it is.
        for (const { host, port } of nodes) {
          const client = new Redis({ host, port });
          await client.del(id).catch(() => {});
          client.disconnect();
        }
      },
    };
  };
  it.each(backendContract({ capabilities, create, sequences: 15 }))('$name', { timeout: 30_000 }, async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
