import { strictEqual } from 'node:assert/strict';
import type { Entry } from '../../entry.ts';
import { type ContractHarness, type ContractPart, type ContractWorld, eventually } from './case.ts';
import { absent, entryOf, sameEntry } from './entries.ts';

/** `swap` replaces exactly what was read. */
export function swapCases({ capabilities }: ContractHarness): readonly ContractPart[] {
  return capabilities.atomic ? [...CASES, ...CONCURRENT] : CASES;
}

const CASES: readonly ContractPart[] = [
  failing('swap of nothing: fails where there is an entry', async () => undefined),
  failing('swap: fails after the entry was overwritten', async ({ store }) => {
    const read = await store.get('key');
    await store.set('key', entryOf('there'));
    return read;
  }),
  failing('swap: fails after the entry was overwritten by an equal one', async ({ store }) => {
    const entry = entryOf('there');
    await store.set('key', entry);
    const read = await store.get('key');
    await store.set('key', { ...entry });
    return read;
  }),
  failing('swap: fails after the entry was swapped', async ({ store }) => {
    const read = await store.get('key');
    strictEqual(await store.swap('key', read, entryOf('there')), true);
    return read;
  }),
  failing('swap: fails after the entry was deleted and set again', async ({ store }) => {
    const read = await store.get('key');
    await store.delete('key');
    await store.set('key', entryOf('there'));
    return read;
  }),
  failing('swap: fails with the entry of another key', async ({ store }) => {
    await store.set('other', entryOf('there'));
    return store.get('other');
  }),
  failing('swap: fails with an entry read from another store', async ({ store, open, subject }) => {
    const other = open(subject.backend, { name: '-other' });
    await other.set('key', entryOf('there'));
    await store.set('key', entryOf('there'));
    return other.get('key');
  }),
  {
    name: 'swap of nothing to nothing: true, and nothing is there',
    async run({ store }) {
      strictEqual(await store.swap('key', undefined, undefined), true);
      absent(await store.get('key'));
    },
  },
  {
    name: 'swap: an entry read by getMany counts like one read by get',
    async run({ store }) {
      await store.set('key', entryOf(1));
      const [read] = await store.getMany(['key']);
      strictEqual(await store.swap('key', read, entryOf(2)), true);
      strictEqual((await store.get('key'))?.value, 2);
    },
  },
  {
    name: 'swap: reading again in between changes nothing',
    async run({ store }) {
      await store.set('key', entryOf(1));
      const read = await store.get('key');
      for (let round = 0; round < 3; round += 1) await store.get('key');
      strictEqual(await store.swap('key', read, entryOf(2)), true);
    },
  },
  {
    name: 'swap: a chain of 20 swaps, each of what the last one left',
    async run({ store }) {
      for (let count = 1; count <= 20; count += 1) {
        const read = await store.get('key');
        strictEqual(await store.swap('key', read, entryOf(((read?.value as number) ?? 0) + 1)), true);
      }
      strictEqual((await store.get('key'))?.value, 20);
    },
  },
];

const CONCURRENT: readonly ContractPart[] = [
  {
    name: 'atomic: of 20 swaps of nothing at once, exactly one wins',
    run: (world) => oneWins(world, undefined),
  },
  {
    name: 'atomic: of 20 swaps of one entry at once, exactly one wins',
    async run(world) {
      await world.store.set('key', entryOf('before'));
      await oneWins(world, await world.store.get('key'));
    },
  },
  {
    name: 'atomic: 40 increments by 4 workers at once count to 40',
    async run(world) {
      const stores = clients(world);
      const workers = [0, 1, 2, 3].map(async (worker) => {
        const store = stores[worker % stores.length] ?? world.store;
        for (let done = 0; done < 10; ) {
          const read = await store.get('count');
          if (await store.swap('count', read, entryOf(((read?.value as number) ?? 0) + 1))) done += 1;
        }
      });
      await Promise.all(workers);
      await eventually(async () => strictEqual((await world.store.get('count'))?.value, 40));
    },
  },
  {
    name: 'atomic: a set among concurrent swaps is never undone by one that read before it',
    async run(world) {
      const { store } = world;
      await store.set('key', entryOf('before'));
      const read = await store.get('key');
      await store.set('key', entryOf('set'));
      const results = await Promise.all(
        clients(world).map(async (client) => client.swap('key', read, entryOf('late'))),
      );
      strictEqual(results.includes(true), false);
      strictEqual((await store.get('key'))?.value, 'set');
    },
  },
];

async function oneWins(world: ContractWorld, read: Entry | undefined): Promise<void> {
  const stores = clients(world);
  const swaps = Array.from({ length: 20 }, async (_, index) => {
    const store = stores[index % stores.length] ?? world.store;
    return store.swap('key', read, entryOf(index));
  });
  const winners = (await Promise.all(swaps)).flatMap((won, index) => (won ? [index] : []));
  strictEqual(winners.length, 1, `${winners.length} swaps of the same entry won`);
  await eventually(async () => strictEqual((await world.store.get('key'))?.value, winners[0]));
}

function clients({ store, subject, open }: ContractWorld): ContractWorld['store'][] {
  return subject.second === undefined ? [store] : [store, open(subject.second)];
}

/** A case in which what `prepare` returns is no longer what is there: a swap must fail and leave what is. */
function failing(name: string, prepare: (world: ContractWorld) => Promise<Entry | undefined>): ContractPart {
  return {
    name,
    async run(world) {
      const { store } = world;
      await store.set('key', entryOf('there'));
      const outdated = await prepare(world);
      const there = await store.get('key');
      strictEqual(await store.swap('key', outdated, entryOf('wrong')), false);
      strictEqual(await store.swap('key', outdated, undefined), false);
      sameEntry(await store.get('key'), entryOf('there', there ?? {}));
    },
  };
}
