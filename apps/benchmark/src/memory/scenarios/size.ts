import { uniformSequence } from '../../measure/zipf.ts';
import { cityOf } from '../city.ts';
import { type Contender, createSetting, type Subject } from '../contender.ts';
import { asyncCacheDedupe } from '../contenders/async-cache-dedupe.ts';
import { bare, bareTagged } from '../contenders/bare.ts';
import { core } from '../contenders/core.ts';
import { layeredLoader } from '../contenders/layered-loader.ts';
import type { Scenario } from '../scenario.ts';
import { type Budget, timeReads } from '../timing.ts';
import { verifyReads } from '../verify.ts';
import type { Outcome } from '../../measure/outcome.ts';

const SHARED = cityOf(1);
const MEASURABLE_ENTRIES = 100_000;
/** The code was optimized for misses, and a heap that has grown is being looked through. */
const AFTER_FILLING_MS = 1_500;

/**
 * What an entry costs in a cache of this many: bytes besides the value, the time of a miss whose origin answers at
 * once, and the time of a hit on any of them.
 * All entries share one value, so contenders that store copies of values are left out.
 */
export function size(entries: number): Scenario {
  return {
    name: `a cache of ${entries.toLocaleString('en')} entries: uniform hits, bytes per entry`,
    contenders: [
      bare,
      bareTagged,
      core(),
      core({ key: 'tuple' }),
      { ...core({ tagged: true }), name: '@cache/core, 2 tags' },
      layeredLoader,
      asyncCacheDedupe(false),
    ],
    run: async (contender, budget) => {
      const wrong = await verifyReads(contender);
      return wrong === undefined ? fillAndRead(contender, entries, budget) : { wrong };
    },
    ...(entries > 100_000 && { onlyWhenFull: true as const }),
  };
}

async function fillAndRead({ create }: Contender, entries: number, budget: Budget): Promise<Outcome> {
  const setting = createSetting(entries, () => Promise.resolve(SHARED));
  const ids = uniformSequence(entries, 2 ** 20, 1);
  // A small cache would drown in what else changes on the heap, so several are filled.
  const copies = Math.max(1, Math.floor(MEASURABLE_ENTRIES / entries));
  const before = heapBytes();
  const subjects: Subject[] = [];
  const start = performance.now();
  for (let copy = 0; copy < copies; copy++) {
    const subject = await create(setting);
    subjects.push(subject);
    for (let id = 0; id < entries; id++) await subject.read(id);
  }
  const missMs = (performance.now() - start) / entries / copies;
  const bytesPerEntry = (heapBytes() - before) / entries / copies;
  const [subject] = subjects;
  if (subject === undefined) throw new Error('no cache was made');
  const measured = await timeReads(subject, ids, { ...budget, warmUpMs: AFTER_FILLING_MS }, SHARED.id);
  for (const { close } of subjects) await close?.();
  const keys = entries * copies;
  if (setting.loads !== keys) return { wrong: `${keys} keys took ${setting.loads} loads: not all were hits` };
  return { ...measured, missMs, bytesPerEntry };
}

function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
