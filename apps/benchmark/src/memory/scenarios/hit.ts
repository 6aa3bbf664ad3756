import type { Outcome } from '../../measure/outcome.ts';
import { zipfSequence } from '../../measure/zipf.ts';
import { cityOf } from '../city.ts';
import { type Contender, createSetting } from '../contender.ts';
import { asyncCacheDedupe } from '../contenders/async-cache-dedupe.ts';
import { bare, bareTagged, bareWithContext } from '../contenders/bare.ts';
import { bentocache } from '../contenders/bentocache.ts';
import { cacheManager } from '../contenders/cache-manager.ts';
import { cacheable, cacheableTagged } from '../contenders/cacheable.ts';
import { epicCachified } from '../contenders/cachified.ts';
import { core } from '../contenders/core.ts';
import { layeredLoader } from '../contenders/layered-loader.ts';
import { lruCacheFetch, rawLruCache } from '../contenders/raw-lru-cache.ts';
import type { Scenario } from '../scenario.ts';
import { type Budget, timeReads } from '../timing.ts';
import { verifyReads, verifyTags } from '../verify.ts';

const KEYS = 10_000;
const UNTAGGED = [bare, bareWithContext];

/** Everything is in memory already. */
export const hit: Scenario = {
  name: 'getOrSet hit, 1 KB object, zipf over 10k keys',
  contenders: [
    bare,
    bareWithContext,
    rawLruCache,
    lruCacheFetch,
    core(),
    core({ key: 'tuple' }),
    core({ values: 'shared' }),
    core({ values: 'cloned' }),
    layeredLoader,
    asyncCacheDedupe(false),
    epicCachified,
    cacheManager,
    cacheable,
    bentocache(),
    bentocache({ serialize: false }),
  ],
  run: async (contender, budget) => {
    const wrong = await verifyReads(contender);
    return wrong === undefined ? timeHits(contender, budget) : { wrong };
  },
};

/** The same when each entry has two tags, which a hit must look at. The floors have none. */
export const taggedHit: Scenario = {
  name: 'getOrSet hit with 2 tags, 1 KB object, zipf over 10k keys',
  contenders: [
    bare,
    bareWithContext,
    bareTagged,
    core({ tagged: true }),
    core({ tagged: true, key: 'tuple' }),
    asyncCacheDedupe(true),
    cacheableTagged,
    bentocache({ tagged: true }),
    bentocache({ tagged: true, serialize: false }),
  ],
  run: async (contender, budget) => {
    const wrong =
      (await verifyReads(contender)) ?? (UNTAGGED.includes(contender) ? undefined : await verifyTags(contender));
    return wrong === undefined ? timeHits(contender, budget) : { wrong };
  },
};

async function timeHits({ create }: Contender, budget: Budget): Promise<Outcome> {
  const setting = createSetting(KEYS, (id) => Promise.resolve(cityOf(id)));
  const subject = await create(setting);
  for (let id = 0; id < KEYS; id++) await subject.read(id);
  const measured = await timeReads(subject, zipfSequence(KEYS, 2 ** 16, 1), budget);
  await subject.close?.();
  return setting.loads === KEYS ? measured : { wrong: `${KEYS} keys took ${setting.loads} loads: not all were hits` };
}
