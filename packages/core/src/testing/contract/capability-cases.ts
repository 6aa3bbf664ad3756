import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Store } from '../../backends/backend.ts';
import { type ContractHarness, type ContractPart, type ContractWorld, eventually } from './case.ts';
import { absent, entryOf, sameEntry } from './entries.ts';

/** A store can do what it says. */
export function capabilityCases({ capabilities, lagging = false }: ContractHarness): ContractPart[] {
  return [
    {
      name: 'capabilities: are those declared',
      async run({ store }) {
        deepStrictEqual({ streams: false, ...store.capabilities }, { streams: false, ...capabilities });
        strictEqual(
          store.streams !== undefined,
          capabilities.streams === true,
          'streams are declared and there, or neither',
        );
        strictEqual(store.log !== undefined, capabilities.shared, 'a shared store has a log, and no other');
      },
    },
    ...(capabilities.shared ? sharedCases(lagging ? eventually : atOnce) : []),
    ...(capabilities.persistent ? [PERSISTENT] : []),
  ];
}

/** The store of the case, as another process has it. */
export function secondStore({ subject, open }: ContractWorld): Store {
  ok(subject.second !== undefined, 'the harness of a shared backend must give a second client');
  return open(subject.second);
}

type When = (check: () => Promise<void>) => Promise<void>;

const atOnce: When = (check) => check();

/** @param seen when one client sees what the other wrote */
const sharedCases = (seen: When): ContractPart[] => [
  {
    name: 'shared: another client sees what is set, overwritten and deleted',
    async run(world) {
      const [first, second] = [world.store, secondStore(world)];
      const [one, two] = [entryOf({ made: 'first' }), entryOf({ made: 'second' })];
      await first.set('key', one);
      sameEntry(await second.get('key'), one);
      await second.set('key', two);
      await seen(async () => sameEntry(await first.get('key'), two));
      strictEqual(await second.delete('key'), true);
      await seen(async () => absent(await first.get('key')));
    },
  },
  {
    name: 'shared: another client sees what is set by setMany and deleted by deleteMany',
    async run(world) {
      const [first, second] = [world.store, secondStore(world)];
      const keys = ['a', 'b', 'c'];
      await first.setMany(keys.map((key) => [key, entryOf(key)] as const));
      deepStrictEqual(
        (await second.getMany(keys)).map((entry) => entry?.value),
        keys,
      );
      strictEqual(await second.deleteMany(keys), 3);
      await seen(async () => (await first.getMany(keys)).forEach((found) => absent(found)));
    },
  },
  {
    name: 'shared: what one client read, it cannot swap after another has written',
    async run(world) {
      const [first, second] = [world.store, secondStore(world)];
      await first.set('key', entryOf(1));
      const read = await first.get('key');
      await second.set('key', entryOf(2));
      strictEqual(await first.swap('key', read, entryOf(3)), false);
      strictEqual((await first.get('key'))?.value, 2);
    },
  },
  {
    name: 'shared: a load that found nothing is not stored after another client has deleted the key',
    async run(world) {
      const [first, second] = [world.store, secondStore(world)];
      const read = await first.get('key');
      await second.delete('key');
      strictEqual(await first.swap('key', read, entryOf('loaded before')), false);
      absent(await first.get('key'));
    },
  },
  {
    name: 'shared: another client can swap what this one wrote',
    async run(world) {
      const [first, second] = [world.store, secondStore(world)];
      await first.set('key', entryOf(1));
      strictEqual(await second.swap('key', await second.get('key'), entryOf(2)), true);
      await seen(async () => strictEqual((await first.get('key'))?.value, 2));
    },
  },
  {
    name: 'shared: another client sees a clear, at the latest with the lag of the log',
    async run(world) {
      const [first, second] = [world.store, secondStore(world)];
      await first.set('key', entryOf(1));
      strictEqual((await second.get('key'))?.value, 1);
      await first.clear();
      await eventually(async () => absent(await second.get('key')));
    },
  },
];

const PERSISTENT: ContractPart = {
  name: 'persistent: entries are there after the backend was closed and opened again',
  async run({ store, subject, open }) {
    ok(subject.reopen !== undefined, 'the harness of a persistent backend must be able to open it again');
    const [kept, deleted] = [entryOf({ kept: true }, { tags: ['a'], position: 7 }), entryOf('deleted')];
    await store.set('kept', kept);
    await store.set('deleted', deleted);
    await store.delete('deleted');
    const again = open(await subject.reopen());
    sameEntry(await again.get('kept'), kept);
    absent(await again.get('deleted'));
  },
};
