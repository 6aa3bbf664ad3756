import { strictEqual } from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../../entry.ts';
import { type ContractPart, eventually } from './case.ts';
import { absent, entryOf, entryUntil, sameEntry } from './entries.ts';

const DAY = 86_400_000;
const SOON = 40;

/** Lifetimes and other particulars of an entry that must come back as they were. */
const PARTICULARS: readonly (readonly [string, (now: number) => Partial<Entry>])[] = [
  ['never stale', () => ({ staleAt: Infinity, revalidateUntil: Infinity, errorUntil: Infinity })],
  ['never deleted', () => ({ errorUntil: Infinity })],
  ['fresh for a minute, without stale windows', (now) => untilAll(now + 60_000)],
  ['fresh for 31 days', (now) => untilAll(now + 31 * DAY)],
  ['fresh for 100 years', (now) => untilAll(now + 36_525 * DAY)],
  ['a fraction of a millisecond in its deadlines', (now) => untilAll(now + 60_000.25)],
  ['stale already, but usable', (now) => ({ storedAt: now - 10_000, staleAt: now - 5_000 })],
  ['a longer window for errors', (now) => ({ revalidateUntil: now + 2 * DAY, errorUntil: now + 3 * DAY })],
  ['a longer window for refreshing', (now) => ({ revalidateUntil: now + 3 * DAY, errorUntil: now + 2 * DAY })],
  ['a limit', (now) => ({ limitAt: now + 12_345 })],
  ['no tags', () => ({ tags: [] })],
  ['tags of many scripts', () => ({ tags: ['a', 'city:1', '東京', '\0own', 'with "quotes"', 'a,b', ' '] })],
  ['200 tags', () => ({ tags: Array.from({ length: 200 }, (_, index) => `tag ${index}`) })],
  ['position 0', () => ({ position: 0 })],
  ['position 1', () => ({ position: 1 })],
  ['the greatest position', () => ({ position: Number.MAX_SAFE_INTEGER })],
];

/** What belongs to a value stays with it, and nothing lives longer than its deadline says. */
export function deadlineCases(): ContractPart[] {
  return [...PARTICULARS.flatMap(particularCases), ...EXPIRY];
}

function particularCases([what, parts]: (typeof PARTICULARS)[number]): ContractPart[] {
  return [
    {
      name: `entry with ${what}: comes back as it was after set and setMany`,
      async run({ store }) {
        const entry = entryOf('value', parts(Date.now()));
        await store.set('one', entry);
        await store.setMany([['two', entry]]);
        for (const found of await store.getMany(['one', 'two'])) sameEntry(found, entry);
      },
    },
    {
      name: `entry with ${what}: comes back as it was after a swap`,
      async run({ store }) {
        const entry = entryOf('value', parts(Date.now()));
        strictEqual(await store.swap('key', undefined, entry), true);
        sameEntry(await store.get('key'), entry);
      },
    },
  ];
}

const EXPIRY: readonly ContractPart[] = [
  {
    name: 'after its deadline: an entry is gone, or as it was',
    async run({ store }) {
      const entry = entryUntil('short', Date.now() + SOON);
      await store.set('key', entry);
      await expired(entry);
      const found = await store.get('key');
      if (found !== undefined) sameEntry(found, entry);
    },
  },
  {
    name: 'after its deadline: delete and deleteMany do not count an entry',
    async run({ store }) {
      const entry = entryUntil('short', Date.now() + SOON);
      await store.setMany([
        ['one', entry],
        ['two', entry],
        ['three', entryOf('long')],
      ]);
      await expired(entry);
      strictEqual(await store.delete('one'), false);
      strictEqual(await store.deleteMany(['two', 'three', 'four']), 1);
    },
  },
  {
    name: 'after its deadline: an entry is swapped as if it were still there',
    async run({ store }) {
      const entry = entryUntil('short', Date.now() + SOON);
      await store.set('key', entry);
      const read = await store.get('key');
      await expired(entry);
      const next = entryOf('next');
      strictEqual(await store.swap('key', read, next), true);
      sameEntry(await store.get('key'), next);
    },
  },
  {
    name: 'an entry that has expired already: is not there',
    async run({ store }) {
      await store.set('key', entryUntil('old', Date.now() - 1_000));
      absent(await store.get('key'));
      strictEqual(await store.delete('key'), false);
    },
  },
  {
    name: 'an entry that has expired already: replaces a live one',
    async run({ store }) {
      await store.set('key', entryOf('live'));
      await store.set('key', entryUntil('old', Date.now() - 1_000));
      absent(await store.get('key'));
    },
  },
  {
    name: 'a shorter deadline: replaces a longer one',
    async run({ store }) {
      const short = entryUntil('short', Date.now() + SOON);
      await store.set('key', entryOf('long'));
      await store.set('key', short);
      await eventually(async () => absent(await store.get('key')));
    },
  },
  {
    name: 'a longer deadline: replaces a shorter one',
    async run({ store }) {
      const short = entryUntil('short', Date.now() + SOON);
      const long = entryOf('long');
      await store.set('key', short);
      await store.set('key', long);
      await expired(short);
      sameEntry(await store.get('key'), long);
    },
  },
  {
    name: 'a longer deadline by swap: replaces a shorter one',
    async run({ store }) {
      const short = entryUntil('value', Date.now() + SOON);
      const long = { ...entryOf('value'), token: short.token };
      await store.set('key', short);
      const read = await store.get('key');
      strictEqual(isDeepStrictEqual(read?.value, 'value'), true);
      strictEqual(await store.swap('key', read, { ...long, token: read?.token }), true);
      await expired(short);
      sameEntry(await store.get('key'), long);
    },
  },
];

function untilAll(instant: number): Partial<Entry> {
  return { staleAt: instant, revalidateUntil: instant, errorUntil: instant };
}

async function expired(entry: Entry): Promise<void> {
  await eventually(() => strictEqual(Date.now() > entry.deleteAt, true));
}
