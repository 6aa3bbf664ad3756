import { readOne, readTwenty, type StoreScenario, writeOne } from '../scenario.ts';
import { redisCore } from './core.ts';
import { redisFloor, redisFloorWithContext } from './floor.ts';
import { redisBentocache, redisCacheable, redisCacheManager } from './peers.ts';

const readers = [
  redisFloor,
  redisFloorWithContext,
  redisCore(),
  redisCore({ tagged: true }),
  redisCore({ json: true }),
  redisCacheManager,
  redisCacheable(),
  redisCacheable({ tagged: true }),
  redisBentocache(),
  redisBentocache({ tagged: true }),
];

/** All that is compared on a Redis server. */
export const redisScenarios: readonly StoreScenario[] = [
  { name: 'Redis hit, 1 KB object, 50 callers', contenders: readers, callers: 50, operation: readOne },
  { name: 'Redis hit, 1 KB object, 1 caller', contenders: readers, callers: 1, operation: readOne },
  {
    name: 'Redis, 20 hits in one call, 10 callers',
    contenders: [redisFloor, redisCore(), redisCore({ tagged: true }), redisCacheManager, redisCacheable()],
    callers: 10,
    operation: readTwenty,
  },
  {
    name: 'Redis set, 1 KB object, 50 callers',
    contenders: [
      redisFloor,
      redisCore(),
      redisCore({ tagged: true }),
      redisCacheManager,
      redisCacheable(),
      redisBentocache(),
      redisBentocache({ tagged: true }),
    ],
    callers: 50,
    operation: writeOne,
  },
];
