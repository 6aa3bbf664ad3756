import { strictEqual } from 'node:assert/strict';
import type { ContractHarness, ContractPart } from './case.ts';
import { absent, entryOf, sameEntry } from './entries.ts';
import { randomly, randomText, randomValue } from './random.ts';

const ENTRIES = 20;

/** Random values under random keys come back as they were. The number in the name of a case is the seed: it repeats them. */
export function randomValueCases({ sequences = 40, carries = () => true }: ContractHarness): ContractPart[] {
  return Array.from({ length: Math.ceil(sequences / 2) }, (_, seed) => ({
    name: `random values under random keys, set ${seed}: come back, each under its key`,
    async run({ store }) {
      const random = randomly(seed + 1_000);
      const made = Array.from({ length: ENTRIES }, () => {
        const value = randomValue(random, 3);
        // Without lone surrogates, which UTF-8 cannot tell apart: a store may take two such keys for one.
        return [Buffer.from(randomText(random, 30)).toString(), entryOf(carries(value) ? value : null)] as const;
      });
      const entries = [...new Map(made)];
      const half = Math.floor(entries.length / 2);
      await store.setMany(entries.slice(0, half));
      for (const [key, entry] of entries.slice(half)) strictEqual(await store.swap(key, undefined, entry), true);
      const found = await store.getMany(entries.map(([key]) => key));
      for (const [index, [key, entry]] of entries.entries()) {
        sameEntry(found[index], entry);
        sameEntry(await store.get(key), entry);
      }
      const gone = entries.filter(() => random(2) === 0).map(([key]) => key);
      strictEqual(await store.deleteMany(gone), gone.length);
      for (const [key, entry] of entries) {
        if (gone.includes(key)) absent(await store.get(key));
        else sameEntry(await store.get(key), entry);
      }
    },
  }));
}
