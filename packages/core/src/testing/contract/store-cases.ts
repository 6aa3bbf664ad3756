import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { ContractPart } from './case.ts';
import { absent, entryOf, sameEntry } from './entries.ts';

/** Names and versions that a careless way of joining them would take for the same. */
const PAIRS = [
  [{ name: 'a' }, { name: 'b' }],
  [{ name: 'a' }, { name: 'aa' }],
  [{ name: 'a' }, { name: 'A' }],
  [{ name: 'a-b' }, { name: 'a.b' }],
  [{ name: 'a' }, { name: 'a-' }],
  [{ version: '1' }, { version: '2' }],
  [{ version: '1' }, { version: '11' }],
  [{ version: '1' }, { version: '1.0' }],
  [
    { name: 'a', version: '11' },
    { name: 'a1', version: '1' },
  ],
  [
    { name: 'a', version: '1-1' },
    { name: 'a-1', version: '1' },
  ],
  [
    { name: 'a', version: '1.b' },
    { name: 'a.1', version: 'b' },
  ],
] as const;

/** Each name and version has a store of its own. */
export function storeCases(): ContractPart[] {
  return [...PAIRS.flatMap(([one, other]) => apart(one, other)), ...CLEAR];
}

interface Names {
  readonly name?: string;
  readonly version?: string;
}

function apart(one: Names, other: Names): ContractPart[] {
  const title = `stores ${titleOf(one)} and ${titleOf(other)}`;
  return [
    {
      name: `${title}: do not see each other's entries`,
      async run({ open, subject: { backend } }) {
        const [first, second] = [open(backend, one), open(backend, other)];
        await first.set('key', entryOf('first'));
        strictEqual(await second.get('key'), undefined);
        strictEqual(await second.swap('key', undefined, entryOf('second')), true);
        await first.delete('key');
        strictEqual((await second.get('key'))?.value, 'second');
      },
    },
    {
      name: `${title}: are cleared one by one`,
      async run({ open, subject: { backend } }) {
        const [first, second] = [open(backend, one), open(backend, other)];
        for (const store of [first, second])
          await store.setMany([
            ['a', entryOf(1)],
            ['b', entryOf(2)],
          ]);
        await first.clear();
        deepStrictEqual(
          (await first.getMany(['a', 'b'])).map((entry) => entry?.value ?? undefined),
          [undefined, undefined],
        );
        deepStrictEqual(
          (await second.getMany(['a', 'b'])).map((entry) => entry?.value),
          [1, 2],
        );
      },
    },
  ];
}

function titleOf({ name = '', version = '1' }: Names): string {
  return JSON.stringify([name, version]);
}

const CLEAR: readonly ContractPart[] = [
  {
    name: 'a store opened twice: is the same store',
    async run({ open }) {
      const [first, second] = [open(), open()];
      const entry = entryOf('value');
      await first.set('key', entry);
      sameEntry(await second.get('key'), entry);
      strictEqual(await second.delete('key'), true);
      absent(await first.get('key'));
    },
  },
  {
    name: 'clear: an empty store',
    async run({ store }) {
      await store.clear();
      strictEqual(await store.get('key'), undefined);
    },
  },
  {
    name: 'clear: removes 200 entries, and what is set afterwards stays',
    async run({ store }) {
      const keys = Array.from({ length: 200 }, (_, index) => `key ${index}`);
      await store.setMany(keys.map((key) => [key, entryOf(key)] as const));
      await store.clear();
      for (const found of await store.getMany(keys)) absent(found);
      await store.set('key 7', entryOf('again'));
      strictEqual((await store.get('key 7'))?.value, 'again');
      strictEqual(await store.delete('key 8'), false);
    },
  },
  {
    name: 'close: can be called twice',
    async run({ subject, store }) {
      await store.set('key', entryOf(1));
      // A harness may give one backend to all cases: only one of its own may be closed here.
      if (subject.dispose === undefined) return;
      await subject.backend.close();
      await subject.backend.close();
    },
  },
];
