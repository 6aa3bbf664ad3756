import { strictEqual } from 'node:assert/strict';
import type { Entry } from '../../entry.ts';
import type { ContractHarness, ContractPart } from './case.ts';
import { absent, entryOf, entryUntil, sameEntry } from './entries.ts';

/** What is deleted is gone, is counted once, and cannot be brought back by who read before. */
export function deleteCases({ capabilities: { shared } }: ContractHarness): ContractPart[] {
  return [...COUNTS, ...REMOVALS.flatMap(([name, remove]) => afterRemoval(name, remove, shared))];
}

type Remove = (store: Parameters<ContractPart['run']>[0]['store'], found: Entry | undefined) => Promise<unknown>;

const REMOVALS: readonly (readonly [string, Remove])[] = [
  ['delete', async (store) => strictEqual(await store.delete('key'), true)],
  ['deleteMany', async (store) => strictEqual(await store.deleteMany(['other', 'key']), 1)],
  ['swap to nothing', async (store, found) => strictEqual(await store.swap('key', found, undefined), true)],
];

function afterRemoval(name: string, remove: Remove, shared: boolean): ContractPart[] {
  const prepared: ContractPart[] = [
    {
      name: `${name}: the entry is gone and no longer counted`,
      async run({ store }) {
        await store.set('key', entryOf(1));
        await remove(store, await store.get('key'));
        absent(await store.get('key'));
        absent((await store.getMany(['key']))[0]);
        strictEqual(await store.delete('key'), false);
        strictEqual(await store.deleteMany(['key']), 0);
      },
    },
    {
      name: `${name}: who read before can no longer swap`,
      async run({ store }) {
        await store.set('key', entryOf(1));
        const read = await store.get('key');
        await remove(store, read);
        strictEqual(await store.swap('key', read, entryOf(2)), false);
        strictEqual(await store.swap('key', read, undefined), false);
        absent(await store.get('key'));
      },
    },
    {
      name: `${name}: who reads after can swap`,
      async run({ store }) {
        await store.set('key', entryOf(1));
        await remove(store, await store.get('key'));
        const next = entryOf(2);
        strictEqual(await store.swap('key', await store.get('key'), next), true);
        sameEntry(await store.get('key'), next);
      },
    },
    {
      name: `${name}: what is set afterwards is there`,
      async run({ store }) {
        await store.set('key', entryOf(1));
        await remove(store, await store.get('key'));
        const next = entryOf(2);
        await store.set('key', next);
        sameEntry(await store.get('key'), next);
        strictEqual(await store.delete('key'), true);
      },
    },
  ];
  if (!shared) return prepared;
  return [
    ...prepared,
    {
      name: `${name}: who found nothing before the entry came can no longer swap`,
      async run({ store }) {
        strictEqual(await store.get('key'), undefined);
        await store.set('key', entryOf(1));
        await remove(store, await store.get('key'));
        strictEqual(await store.swap('key', undefined, entryOf(2)), false);
        absent(await store.get('key'));
      },
    },
    {
      name: `${name}: what it leaves behind is an expired entry with a token of its own`,
      async run({ store }) {
        await store.set('key', entryOf(1));
        const read = await store.get('key');
        await remove(store, read);
        const left = await store.get('key');
        strictEqual(left?.value, null);
        strictEqual(left.deleteAt, 0);
        strictEqual(typeof left.token, 'string');
        strictEqual(left.token === read?.token, false);
      },
    },
  ];
}

const COUNTS: readonly ContractPart[] = [
  {
    name: 'delete: false for what was never there',
    async run({ store }) {
      strictEqual(await store.delete('key'), false);
      strictEqual(await store.deleteMany(['key', 'other']), 0);
    },
  },
  {
    name: 'delete of what is not there: who found nothing before it in a shared store cannot swap',
    async run({ store }) {
      const read = await store.get('key');
      await store.delete('key');
      strictEqual(await store.swap('key', read, entryOf('loaded before')), !store.capabilities.shared);
    },
  },
  {
    name: 'deleteMany: counts each live entry once',
    async run({ store }) {
      await store.setMany([
        ['a', entryOf(1)],
        ['b', entryOf(2)],
        ['c', entryUntil(3, Date.now() - 1)],
      ]);
      strictEqual(await store.deleteMany(['a', 'x', 'b', 'c']), 2);
      strictEqual(await store.deleteMany(['a', 'b']), 0);
    },
  },
  {
    name: 'delete of a cached null: true',
    async run({ store }) {
      await store.set('key', entryOf(null));
      strictEqual(await store.delete('key'), true);
    },
  },
];
