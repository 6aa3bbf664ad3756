import { Readable } from 'node:stream';
import type { Cache } from '@cache/core';
import type { SqliteBackend } from '@cache/core/sqlite';
import type { Changes, State } from '../protocol.ts';
import type { Random } from '../random.ts';
import { ALL, BRIEF, COUNTER, TAGGED, VALUES } from './keys.ts';
import { type NumberedValue, numberedValue } from '../numbered-value.ts';

/** What an operation works with: one cache that nobody else writes to. */
export interface Subject {
  readonly cache: Cache;
  readonly backend: SqliteBackend;
  readonly random: Random;
  /** A number that no value had before. */
  readonly serial: () => number;
  /** What is under the counter of the cache. */
  count: number;
}

/** An operation that is ready to begin. */
export interface Operation {
  readonly what: string;
  /** States that it may bring keys into. */
  readonly changes: Changes;
  /** Does it, and says what is certain once it is acknowledged. */
  readonly run: () => Promise<Changes>;
}

type Make = (subject: Subject) => Operation;

const SMALL = 400;
const LARGE = 30_000;
const TAG = 'tag';

/** An operation of a random kind. */
export function randomOperation(subject: Subject): Operation {
  const [make] = subject.random.some(OFTEN, 1);
  const [rarely] = subject.random.some(RARELY, 1);
  return (subject.random.below(10) === 0 ? rarely : make)?.(subject) as Operation;
}

const set: Make = (subject) => {
  const [key = ''] = subject.random.some(VALUES, 1);
  const value = newValue(subject, key);
  return certain('set', { [key]: [value.serial] }, () => subject.cache.set(key, value, optionsOf(key)));
};

const setStream: Make = (subject) => {
  const [key = ''] = subject.random.some(VALUES, 1);
  const { serial, text } = numberedValue(key, subject.serial(), subject.random.below(LARGE));
  const changes: Changes = { [key]: [serial] };
  const source = Readable.from([Buffer.from(`${serial}:${text.slice(0, 100)}`), Buffer.from(text.slice(100))]);
  return {
    what: 'setStream',
    changes,
    run: async () => ((await subject.cache.setStream(key, source, optionsOf(key))) ? changes : {}),
  };
};

const setMany: Make = (subject) => {
  const keys = subject.random.some(VALUES, 3);
  const values = keys.map((key) => newValue(subject, key));
  const changes = Object.fromEntries(values.map(({ key, serial }) => [key, [serial]]));
  const tagged = { ttl: 'forever', tags: [TAG] } as const;
  const keysHaveTag = keys.every((key) => TAGGED.includes(key));
  if (!keysHaveTag && keys.some((key) => TAGGED.includes(key))) return set(subject);
  return certain('setMany', changes, () =>
    subject.cache.setMany(
      values.map((value) => [value.key, value]),
      keysHaveTag ? tagged : { ttl: 'forever' },
    ),
  );
};

const remove: Make = (subject) => {
  const [key = ''] = subject.random.some(VALUES, 1);
  return certain('delete', gone([key]), () => subject.cache.delete(key));
};

const removeMany: Make = (subject) => {
  const keys = subject.random.some(VALUES, 3);
  return certain('deleteMany', gone(keys), () => subject.cache.deleteMany(keys));
};

const add: Make = (subject) => storeIf('add', subject);
const replace: Make = (subject) => storeIf('replace', subject);

const take: Make = (subject) => {
  const [key = ''] = subject.random.some(VALUES, 1);
  const changes = gone([key]);
  return { what: 'take', changes, run: async () => ((await subject.cache.take(key)) === undefined ? {} : changes) };
};

const expireOne: Make = (subject) => {
  const [key = ''] = subject.random.some(VALUES, 1);
  const changes = gone([key]);
  return { what: 'expire', changes, run: async () => ((await subject.cache.expire(key)) ? changes : {}) };
};

const increment: Make = (subject) => ({
  what: 'increment',
  // Where values are evicted it may have to begin anew.
  changes: { [COUNTER]: [subject.count + 1, 1] },
  run: async () => {
    subject.count = await subject.cache.increment(COUNTER, 1, { ttl: 'forever' });
    return { [COUNTER]: [subject.count] };
  },
});

const setBriefly: Make = (subject) => {
  const value = newValue(subject, BRIEF);
  return certain('set', { [BRIEF]: [value.serial] }, () => subject.cache.set(BRIEF, value, { ttl: 20 }));
};

const invalidate: Make = (subject) =>
  certain('invalidateTags', gone(TAGGED), () => subject.cache.invalidateTags([TAG]));

const clear: Make = (subject) =>
  certain('clear', gone(ALL), async () => {
    await subject.cache.clear();
    subject.count = 0;
  });

const cull: Make = ({ backend }) => certain('cull', {}, () => backend.cull());
const expireAll: Make = ({ backend }) => certain('expire', {}, () => backend.expire());

const OFTEN: readonly Make[] = [
  set,
  set,
  set,
  setStream,
  setMany,
  remove,
  removeMany,
  add,
  replace,
  take,
  increment,
  setBriefly,
];
const RARELY: readonly Make[] = [invalidate, invalidate, clear, cull, expireAll, expireOne];

function storeIf(what: 'add' | 'replace', subject: Subject): Operation {
  const [key = ''] = subject.random.some(VALUES, 1);
  const value = newValue(subject, key);
  const changes: Changes = { [key]: [value.serial] };
  return {
    what,
    changes,
    run: async () => ((await subject.cache[what](key, value, optionsOf(key))) ? changes : {}),
  };
}

/** An operation whose acknowledgement leaves no doubt. */
function certain(what: string, changes: Changes, work: () => Promise<unknown>): Operation {
  return {
    what,
    changes,
    run: async () => {
      await work();
      return changes;
    },
  };
}

function newValue({ random, serial }: Subject, key: string): NumberedValue {
  return numberedValue(key, serial(), random.below(random.below(4) === 0 ? LARGE : SMALL));
}

function gone(keys: readonly string[]): Record<string, readonly State[]> {
  return Object.fromEntries(keys.map((key) => [key, [null]]));
}

function optionsOf(key: string): { readonly ttl: 'forever'; readonly tags: readonly string[] } {
  return { ttl: 'forever', tags: TAGGED.includes(key) ? [TAG] : [] };
}
