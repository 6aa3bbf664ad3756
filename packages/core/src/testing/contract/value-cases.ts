import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { MaybePromise, Store } from '../../backends/backend.ts';
import type { Entry } from '../../entry.ts';
import type { ContractHarness, ContractPart } from './case.ts';
import { entryOf, sameEntry } from './entries.ts';
import { VALUES } from './samples.ts';

/** Every way in which an entry gets into a store. */
const WRITES: readonly (readonly [string, (store: Store, entry: Entry) => Promise<void>])[] = [
  ['set', async (store, entry) => store.set('key', entry)],
  ['setMany', async (store, entry) => store.setMany([['key', entry]])],
  ['swap of nothing', async (store, entry) => strictEqual(await store.swap('key', undefined, entry), true)],
  [
    'swap of another',
    async (store, entry) => {
      await store.set('key', entryOf({ other: true }));
      strictEqual(await store.swap('key', await store.get('key'), entry), true);
    },
  ],
  [
    'set over another',
    async (store, entry) => {
      await store.set('key', entryOf('another'));
      await store.set('key', entry);
    },
  ],
];

/** Every way in which an entry is read. */
const READS: readonly (readonly [string, (store: Store) => MaybePromise<Entry | undefined>])[] = [
  ['get', (store) => store.get('key')],
  ['getMany', async (store) => (await store.getMany(['other', 'key']))[1]],
];

/** Each kind of value comes back as it was, whatever the way in and the way out. */
export function valueCases({ carries = () => true }: ContractHarness): ContractPart[] {
  const kept = VALUES.filter(({ make }) => carries(make()));
  const combined = kept.flatMap(({ name, make }) =>
    WRITES.flatMap(([write, into]) =>
      READS.map(
        ([read, outOf]): ContractPart => ({
          name: `${name}: comes back by ${read} after ${write}`,
          async run({ store }) {
            const entry = entryOf(make());
            await into(store, entry);
            const found = await outOf(store);
            sameEntry(found, entry);
            deepStrictEqual(entry, { ...entryOf(make(), entry) }, 'the entry given to the store was changed');
          },
        }),
      ),
    ),
  );
  return [...combined, together(kept.map(({ make }) => make))];
}

function together(makers: readonly (() => unknown)[]): ContractPart {
  return {
    name: 'values of all kinds: come back from one getMany after one setMany',
    async run({ store }) {
      const pairs = makers.map((make, index) => [`key ${index}`, entryOf(make())] as const);
      await store.setMany(pairs);
      const found = await store.getMany(pairs.map(([key]) => key));
      strictEqual(found.length, pairs.length);
      for (const [index, [, entry]] of pairs.entries()) sameEntry(found[index], entry);
    },
  };
}
