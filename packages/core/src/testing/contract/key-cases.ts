import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Store } from '../../backends/backend.ts';
import type { ContractHarness, ContractPart } from './case.ts';
import { absent, entryOf, sameEntry } from './entries.ts';
import { KEYS, titleOf } from './samples.ts';

/** Any string is a key, and each names an entry of its own. */
export function keyCases({ lists = true }: ContractHarness): ContractPart[] {
  return [...KEYS.flatMap(casesOf), ...TOGETHER, ...(lists ? [...KEYS.map(listed), PREFIXES] : [UNLISTED])];
}

function casesOf(key: string): ContractPart[] {
  const title = titleOf(key);
  return [
    {
      name: `key ${title}: set, get, overwrite`,
      async run({ store }) {
        strictEqual(await store.get(key), undefined);
        const [first, second] = [entryOf('first'), entryOf('second')];
        await store.set(key, first);
        sameEntry(await store.get(key), first);
        await store.set(key, second);
        sameEntry(await store.get(key), second);
      },
    },
    {
      name: `key ${title}: swap`,
      async run({ store }) {
        const [first, second] = [entryOf('first'), entryOf('second')];
        strictEqual(await store.swap(key, undefined, first), true);
        strictEqual(await store.swap(key, undefined, second), false);
        strictEqual(await store.swap(key, await store.get(key), second), true);
        sameEntry(await store.get(key), second);
      },
    },
    {
      name: `key ${title}: is deleted alone`,
      async run({ store }) {
        const others = KEYS.filter((other) => other !== key).slice(0, 12);
        await store.setMany([key, ...others].map((each) => [each, entryOf(each)] as const));
        strictEqual(await store.delete(key), true);
        absent(await store.get(key));
        const found = await store.getMany(others);
        for (const [index, other] of others.entries()) strictEqual(found[index]?.value, other);
      },
    },
  ];
}

const TOGETHER: readonly ContractPart[] = [
  {
    name: 'keys of all sorts: each keeps its own entry',
    async run({ store }) {
      for (const key of KEYS) await store.set(key, entryOf(`of ${key}`));
      for (const key of KEYS) strictEqual((await store.get(key))?.value, `of ${key}`);
    },
  },
  {
    name: 'keys of all sorts: one getMany answers in the order of the keys',
    async run({ store }) {
      await store.setMany(KEYS.map((key) => [key, entryOf(key)] as const));
      const asked = [...KEYS].reverse().flatMap((key) => [key, `${key} that is not there`]);
      const found = await store.getMany(asked);
      const expected = [...KEYS].reverse().flatMap((key) => [key, undefined]);
      deepStrictEqual(
        found.map((entry) => entry?.value),
        expected,
      );
    },
  },
  {
    name: 'keys that UTF-8 cannot tell apart: never give the entry of each other',
    async run({ store }) {
      const [first, second] = ['a\ud800', 'a\udfff'];
      await store.set(first, entryOf(1));
      await store.set(second, entryOf(2));
      ok([1, undefined].includes((await store.get(first))?.value as number | undefined));
      ok([2, undefined].includes((await store.get(second))?.value as number | undefined));
    },
  },
  {
    name: 'the same key twice in one getMany: answered twice',
    async run({ store }) {
      await store.set('a', entryOf(1));
      const found = await store.getMany(['a', 'b', 'a']);
      deepStrictEqual(
        found.map((entry) => entry?.value),
        [1, undefined, 1],
      );
    },
  },
  {
    name: 'no keys: getMany, setMany and deleteMany do nothing',
    async run({ store }) {
      deepStrictEqual(await store.getMany([]), []);
      strictEqual(await store.setMany([]), undefined);
      strictEqual(await store.deleteMany([]), 0);
    },
  },
  {
    name: 'the same key twice in one setMany: the last one counts',
    async run({ store }) {
      await store.setMany([
        ['a', entryOf(1)],
        ['a', entryOf(2)],
      ]);
      strictEqual((await store.get('a'))?.value, 2);
    },
  },
  {
    name: '300 keys: one setMany and one getMany',
    async run({ store }) {
      const keys = Array.from({ length: 300 }, (_, index) => `key ${index}`);
      await store.setMany(keys.map((key) => [key, entryOf(key)] as const));
      const found = await store.getMany(keys);
      deepStrictEqual(
        found.map((entry) => entry?.value),
        keys,
      );
      strictEqual(await store.deleteMany(keys), 300);
    },
  },
];

const PREFIXES: ContractPart = {
  name: 'keys(prefix): lists the keys that begin with it and no other',
  async run({ store }) {
    const keys = ['a', 'ab', 'a*b', 'a?', 'a[b]', 'b', 'ba', 'A', 'a%', 'a_b', 'a\\b', 'é', 'éa'];
    await store.setMany(keys.map((key) => [key, entryOf(1)] as const));
    await store.set('gone', entryOf(1));
    await store.delete('gone');
    for (const prefix of ['', 'a', 'a*', 'a[', 'a%', 'a_', 'a\\', 'é', 'c', 'ab']) {
      const listed = new Set<string>();
      for await (const key of listOf(store, prefix)) listed.add(key);
      listed.delete('gone');
      deepStrictEqual([...listed].sort(), keys.filter((key) => key.startsWith(prefix)).sort(), `prefix ${prefix}`);
    }
  },
};

const UNLISTED: ContractPart = {
  name: 'keys: there is no list',
  async run({ store }) {
    strictEqual(
      'keys' in store && store.keys !== undefined,
      false,
      'there is a list, and the harness says there is none',
    );
  },
};

function listed(key: string): ContractPart {
  return {
    name: `key ${titleOf(key)}: is listed by keys()`,
    async run({ store }) {
      await store.set(key, entryOf(1));
      const found = new Set<string>();
      for await (const each of listOf(store, '')) found.add(each);
      deepStrictEqual([...found], [key]);
    },
  };
}

function listOf(store: Store, prefix: string): AsyncIterable<string> {
  ok(store.keys !== undefined, 'the harness of a backend that cannot list its keys must say so');
  return store.keys(prefix);
}
