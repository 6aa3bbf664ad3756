import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Entry } from '../../entry.ts';
import type { ContractHarness, ContractPart, ContractWorld } from './case.ts';
import { entryOf, sameEntry } from './entries.ts';

/** An entry that had to make room is a miss, and in nobody's way. */
export function evictionCases({ evicts = false }: ContractHarness): readonly ContractPart[] {
  return evicts ? CASES : [];
}

/** Sets an entry, reads it, and has it make room; what was read. */
async function evicted({ store, subject, context }: ContractWorld): Promise<Entry> {
  await store.setMany([
    ['key', entryOf(1)],
    ['other', entryOf('other')],
  ]);
  const read = await store.get('key');
  ok(read !== undefined && subject.evict !== undefined, 'a harness that evicts must give a way to do it');
  await subject.evict(context, 'key');
  return read;
}

const CASES: readonly ContractPart[] = [
  {
    name: 'an entry that had to make room: is not there',
    async run(world) {
      const { store } = world;
      await evicted(world);
      strictEqual(await store.get('key'), undefined);
      deepStrictEqual(
        (await store.getMany(['key', 'other'])).map((entry) => entry?.value),
        [undefined, 'other'],
      );
      strictEqual(await store.delete('key'), false);
    },
  },
  {
    name: 'an entry that had to make room: counts as still there for who has read it',
    async run(world) {
      const { store } = world;
      const read = await evicted(world);
      const swapped = await store.swap('key', read, entryOf(2));
      // Alone in its process a store cannot be overtaken between a look and a swap: there, "look again" is as good an answer.
      if (store.capabilities.shared) strictEqual(swapped, true);
      strictEqual((await store.get('key'))?.value, swapped ? 2 : undefined);
    },
  },
  {
    name: 'an entry that had to make room: is stored again by who found nothing',
    async run(world) {
      const { store } = world;
      await evicted(world);
      const next = entryOf(2);
      strictEqual(await store.swap('key', await store.get('key'), next), true);
      sameEntry(await store.get('key'), next);
    },
  },
  {
    name: 'an entry that had to make room: can be set again',
    async run(world) {
      const { store } = world;
      await evicted(world);
      const next = entryOf(2);
      await store.set('key', next);
      sameEntry(await store.get('key'), next);
      strictEqual((await store.get('other'))?.value, 'other');
    },
  },
];
