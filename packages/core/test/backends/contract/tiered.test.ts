import { describe } from 'vitest';
import { type Backend, tiered } from '../../../src/index.ts';
import { redis } from '../../../src/backends/redis/index.ts';
import { sqlite } from '../../../src/backends/sqlite/index.ts';
import { type RedisAddress, redisServer } from '@cache/services/redis';
import { ownPrefix } from '../redis/support.ts';
import { temporaryDirectory } from '../sqlite/support/directory.ts';
import {
  describeEngine,
  type Engine,
  inProcess,
  runContract,
  sharedAndPersistent,
  smallMemory,
  thorough,
} from './engine.ts';

describe('tiered-memory', () => {
  const create = async () => ({ backend: tiered({ l1: smallMemory(), l2: smallMemory() }) });
  runContract({ capabilities: inProcess, create });
});

/** A near tier of each client before a far one that they share. */
function twoTiers(near: () => Backend, far: () => Backend): Engine {
  // Copies end soon, so that what one client writes is seen by the other within the patience of a case.
  const open = (): Backend => tiered({ l1: near(), l2: far(), l1Ttl: 50, timeout: '5s', l1Timeout: '5s' });
  return { capabilities: sharedAndPersistent, lagging: true, sequences: 20, open };
}

let server: RedisAddress;
const overRedis = {
  start: async () => {
    server = await redisServer();
  },
  stop: () => server.stop(),
};
const prefix = ownPrefix();
const far = (): Backend => redis(server.url, { prefix, timeout: '5s' });

describeEngine('tiered', { ...twoTiers(smallMemory, far), ...overRedis });

const files = temporaryDirectories();
if (thorough)
  describeEngine('tiered-sqlite', {
    ...twoTiers(smallMemory, () => sqlite({ directory: files.one() })),
    stop: files.remove,
  });

const nearFiles = temporaryDirectories();
if (thorough)
  describeEngine('tiered-bytes', {
    ...twoTiers(() => sqlite({ directory: nearFiles.another() }), far),
    ...overRedis,
    sequences: 10,
    async stop() {
      nearFiles.remove();
      await server.stop();
    },
  });

function temporaryDirectories() {
  const made: ReturnType<typeof temporaryDirectory>[] = [];
  const another = (): string => {
    made.push(temporaryDirectory());
    return made.at(-1)?.directory ?? '';
  };
  return {
    another,
    one: () => made[0]?.directory ?? another(),
    remove: () => made.forEach((each) => each.remove()),
  };
}
