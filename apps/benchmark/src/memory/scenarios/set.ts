import type { Scenario } from '../scenario.ts';
import { cityOf } from '../city.ts';
import { createSetting } from '../contender.ts';
import { bare } from '../contenders/bare.ts';
import { bentocache } from '../contenders/bentocache.ts';
import { cacheManager } from '../contenders/cache-manager.ts';
import { cacheable } from '../contenders/cacheable.ts';
import { core } from '../contenders/core.ts';
import { layeredLoader } from '../contenders/layered-loader.ts';
import { rawLruCache } from '../contenders/raw-lru-cache.ts';
import { timeBatches } from '../timing.ts';
import { verifyWrites } from '../verify.ts';

const KEYS = 10_000;
const BATCH = 100;

/** Writes new objects over old ones. Making the objects is not part of the time. */
export const set: Scenario = {
  name: 'set, 1 KB object, 10k keys',
  contenders: [
    bare,
    rawLruCache,
    core(),
    core({ key: 'tuple' }),
    core({ values: 'shared' }),
    layeredLoader,
    cacheManager,
    cacheable,
    bentocache(),
    bentocache({ serialize: false }),
  ],
  run: async (contender, budget) => {
    const wrong = await verifyWrites(contender);
    if (wrong !== undefined) return { wrong };
    const { write, close } = await contender.create(createSetting(KEYS, (id) => Promise.resolve(cityOf(id))));
    let next = 0;
    const measured = await timeBatches(BATCH, budget, async () => {
      const cities = Array.from({ length: BATCH }, () => cityOf(next++ % KEYS));
      const start = performance.now();
      for (const city of cities) await write?.(city.id, city);
      return performance.now() - start;
    });
    await close?.();
    return measured;
  },
};
