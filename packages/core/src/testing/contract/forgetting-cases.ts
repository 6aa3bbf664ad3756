import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Store } from '../../backends/backend.ts';
import type { Entry } from '../../entry.ts';
import type { ContractPart } from './case.ts';
import { entryOf, entryUntil } from './entries.ts';
import { KEYS, titleOf, VALUES } from './samples.ts';

/** A store that keeps nothing takes whatever others take, and answers every call as an empty store does. */
export function forgettingCases(carries: (value: unknown) => boolean): ContractPart[] {
  const kept = VALUES.filter(({ make }) => carries(make()));
  return [
    ...kept.map(({ name, make }) => taken(name, 'key', () => entryOf(make()))),
    ...KEYS.map((key) => taken(`key ${titleOf(key)}`, key, () => entryOf(1))),
    taken('an entry that has expired already', 'key', () => entryUntil(1, Date.now() - 1_000)),
    ...CASES,
  ];
}

function taken(name: string, key: string, make: () => Entry): ContractPart {
  return {
    name: `${name}: is taken by every write, and is not there afterwards`,
    async run({ store }) {
      await store.set(key, make());
      await empty(store, key);
      strictEqual(await store.swap(key, undefined, make()), true);
      await empty(store, key);
      await store.setMany([
        [key, make()],
        [`${key} too`, make()],
      ]);
      await empty(store, key);
    },
  };
}

async function empty(store: Store, key: string): Promise<void> {
  strictEqual(await store.get(key), undefined);
  deepStrictEqual(await store.getMany([key, `${key} too`]), [undefined, undefined]);
  strictEqual(await store.delete(key), false);
  strictEqual(await store.deleteMany([key, `${key} too`]), 0);
}

const CASES: readonly ContractPart[] = [
  {
    name: 'no keys: getMany, setMany and deleteMany do nothing',
    async run({ store }) {
      deepStrictEqual(await store.getMany([]), []);
      strictEqual(await store.setMany([]), undefined);
      strictEqual(await store.deleteMany([]), 0);
    },
  },
  {
    name: 'swap: counts what made room as still there, so that nobody tries again and again',
    async run({ store }) {
      strictEqual(await store.swap('key', entryOf(1), entryOf(2)), true);
      strictEqual(await store.swap('key', entryOf(1), undefined), true);
      strictEqual(await store.swap('key', undefined, undefined), true);
    },
  },
  {
    name: 'keys: an empty list, if there is one',
    async run({ store }) {
      await store.set('key', entryOf(1));
      for await (const key of store.keys?.('') ?? []) ok(false, `${key} is listed`);
      strictEqual(await store.get('key'), undefined);
    },
  },
  {
    name: 'clear and close: can be called again and again',
    async run({ store, subject }) {
      await store.clear();
      await store.clear();
      if (subject.dispose === undefined) return;
      await subject.backend.close();
      await subject.backend.close();
      strictEqual(await store.get('key'), undefined);
    },
  },
];
