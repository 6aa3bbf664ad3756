import { setImmediate as nextTurn } from 'node:timers/promises';
import { cityOf } from '../city.ts';
import { createSetting } from '../contender.ts';
import { asyncCacheDedupe } from '../contenders/async-cache-dedupe.ts';
import { bare } from '../contenders/bare.ts';
import { bentocache } from '../contenders/bentocache.ts';
import { cacheManager } from '../contenders/cache-manager.ts';
import { cacheable } from '../contenders/cacheable.ts';
import { epicCachified } from '../contenders/cachified.ts';
import { core } from '../contenders/core.ts';
import { layeredLoader } from '../contenders/layered-loader.ts';
import { lruCacheFetch } from '../contenders/raw-lru-cache.ts';
import type { Scenario } from '../scenario.ts';
import { timeBatches } from '../timing.ts';
import { verifyReads } from '../verify.ts';

const CALLERS = 1_000;
const KEYS = 10_000;

/** Many callers want the same cold key at once. The number of loads says whether the origin survives it. */
export const stampede: Scenario = {
  name: 'stampede: 1,000 simultaneous misses of one key',
  contenders: [
    bare,
    lruCacheFetch,
    core(),
    layeredLoader,
    asyncCacheDedupe(false),
    epicCachified,
    cacheManager,
    cacheable,
    bentocache(),
  ],
  run: async (contender, budget) => {
    const wrong = await verifyReads(contender);
    if (wrong !== undefined) return { wrong };
    const setting = createSetting(KEYS, async (id) => {
      await nextTurn();
      return cityOf(id);
    });
    const subject = await contender.create(setting);
    let stampedes = 0;
    const measured = await timeBatches(CALLERS, budget, async () => {
      const id = stampedes++ % KEYS;
      const start = performance.now();
      const answers = await Promise.all(Array.from({ length: CALLERS }, () => Promise.resolve(subject.read(id))));
      const elapsed = performance.now() - start;
      if (answers.some((answer) => answer?.id !== id)) throw new Error('a caller did not get the city');
      return elapsed;
    });
    await subject.close?.();
    if (stampedes > KEYS) return { wrong: 'the scenario has too few keys: some were warm' };
    return { ...measured, loads: setting.loads / stampedes };
  },
};
