import { randomUUID } from 'node:crypto';
import { startRedis } from '@cache/services/redis';
import { poll } from '@cache/services/poll';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { createCache } from '../../../src/index.ts';
import { type WriteBehindOptions, type WriteBehindRepository, writeBehind } from '../../../src/strategies/index.ts';
import { type RedisJournalOptions, redisJournal } from '../../../src/strategies/write-behind/redis/index.ts';
import { failureOf } from '../../support/deferred.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { useRedis } from './journals.ts';
import { RecordingSource } from './recording-source.ts';

expectNoUnhandledRejections();

const server = useRedis();

type Options = Partial<WriteBehindOptions<number, string>> & { readonly journalOptions?: RedisJournalOptions };

/** Processes, as far as the journal can tell, that share a database; each has a cache of its own. */
function world(url: string = server.url(), name: string = randomUUID()) {
  const database = new RecordingSource();
  const opened: WriteBehindRepository<number, string>[] = [];
  onTestFinished(async () => void (await Promise.all(opened.map((each) => each.close({ timeout: 0 })))));
  const open = ({ journalOptions, ...options }: Options = {}, many?: 'none' | 'throws' | 'returns') => {
    const values = writeBehind<number, string>(createCache(), database.source(many), {
      name,
      journal: redisJournal(url, { timeout: '5s', ...journalOptions }),
      drain: false,
      delay: '1h',
      maxDelay: '1h',
      ...options,
    });
    opened.push(values);
    return values;
  };
  return { database, open, name };
}

it('shows a pending write to the process that wrote it, and to others that do not find it in a cache', async () => {
  const { database, open } = world();
  const [one, other] = [open(), open()];
  await one.set(1, 'one');
  expect(await one.get(1)).toBe('one');
  expect(await other.get(1)).toBe('one');
  await one.delete(1);
  expect(await one.get(1)).toBeUndefined();
  expect(database.loads).toEqual([]);
  expect(await other.stats()).toMatchObject({ pending: 1 });
});

it('writes the last of the writes of all processes, once, by whichever of them', async () => {
  const { database, open } = world();
  const [one, other] = [open({}, 'returns'), open({}, 'returns')];
  await one.setMany([1, 2, 3].map((key) => [key, 'first']));
  await other.setMany([2, 3, 4].map((key) => [key, 'second']));
  expect(await other.flush()).toBe(0);
  expect([...database.rows].sort(([a], [b]) => a - b)).toEqual([
    [1, 'first'],
    [2, 'second'],
    [3, 'second'],
    [4, 'second'],
  ]);
  expect(database.done).toHaveLength(4);
  expect(await one.stats()).toMatchObject({ pending: 0, lag: 0, bytes: 0 });
});

it('writes after the delay, without being told', async () => {
  const { database, open } = world();
  const values = open({ delay: 50, maxDelay: 500 });
  await Promise.all(['a', 'b'].map((value) => values.set(1, value)));
  await poll('the database has it', () => database.rows.get(1) === 'b');
  await poll('nothing is pending', async () => (await values.stats()).pending === 0);
  expect(database.done.map(({ value }) => value)).toEqual(['b']);
});

it('has one process at a time write a key, the next write after the one under way', async () => {
  const gates: (() => void)[] = [];
  const written: string[] = [];
  const source = {
    load: () => undefined,
    save: async (_: number, value: string) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      written.push(value);
    },
  };
  const name = randomUUID();
  const make = () =>
    writeBehind<number, string>(createCache(), source, {
      name,
      journal: redisJournal(server.url()),
      drain: false,
      delay: '1h',
      maxDelay: '1h',
    });
  const [one, other] = [make(), make()];
  onTestFinished(async () => void (await Promise.all([one, other].map((each) => each.close({ timeout: 0 })))));
  await one.set(1, 'first');
  const flushed = one.flush();
  await poll('it is being written', () => gates.length === 1);
  await other.set(1, 'second');
  expect(await other.flush()).toBe(1);
  expect(gates).toHaveLength(1);
  gates[0]?.();
  await flushed;
  expect(written).toEqual(['first']);
  const alsoFlushed = other.flush();
  await poll('the next one is being written', () => gates.length === 2);
  gates[1]?.();
  expect(await alsoFlushed).toBe(0);
  expect(written).toEqual(['first', 'second']);
});

it('flushes what was written while its key was under way', async () => {
  const gates: (() => void)[] = [];
  const written: string[] = [];
  const values = writeBehind<number, string>(
    createCache(),
    {
      load: () => undefined,
      save: async (_, value) => {
        await new Promise<void>((resolve) => gates.push(resolve));
        written.push(value);
      },
    },
    { name: randomUUID(), journal: redisJournal(server.url()), drain: false, delay: '1h', maxDelay: '1h' },
  );
  onTestFinished(async () => void (await values.close({ timeout: 0 })));
  await values.set(1, 'first');
  const flushed = values.flush();
  await poll('it is being written', () => gates.length === 1);
  await values.set(1, 'second');
  const alsoFlushed = values.flush();
  await values.stats();
  gates[0]?.();
  await poll('the next one is being written', () => gates.length === 2);
  gates[1]?.();
  expect(await Promise.all([flushed, alsoFlushed])).toEqual([0, 0]);
  expect(written).toEqual(['first', 'second']);
});

it('takes over what a silent process has taken, and leaves alone what a living one has', async () => {
  const { database, open, name } = world();
  const journalOptions = { takeOverAfter: 1_500 };
  const [one, other] = [open({ journalOptions, retry: { first: '1h', longest: '1h' } }), open({ journalOptions })];
  database.poison.add(1);
  await one.set(1, 'one');
  expect(await one.flush()).toBe(1);
  database.poison.clear();
  const client = new Redis(server.url());
  onTestFinished(() => client.disconnect());
  const idle = async (): Promise<number> => {
    const [entry] = (await client.xpending(`write-behind:{${name}}:queue`, 'writers', '-', '+', 1)) as [
      string,
      string,
      number,
    ][];
    return entry?.[2] ?? Number.NaN;
  };
  let last = 0;
  await poll('it says that it lives', async () => {
    const before = last;
    last = await idle();
    return last < before;
  });
  expect(await other.flush()).toBe(1);
  expect(database.rows.size).toBe(0);
  // Now it gives back what it has.
  await one.close({ timeout: 0 });
  await poll('the other one has it', async () => (await other.flush()) === 0);
  expect(database.rows.get(1)).toBe('one');
  expect(database.attempts.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(database.attempts[1]?.id).toBe(database.attempts[0]?.id);
});

it('keeps dead letters for all, and forgets them when the key is written again', async () => {
  const { database, open } = world();
  const [one, other] = [open({ retry: { attempts: 1 } }), open()];
  for (const key of [1, 2, 3]) database.poison.add(key);
  await one.setMany([1, 2, 3].map((key) => [key, `${key}`]));
  await one.flush();
  expect(await other.deadLetters.list()).toMatchObject(
    [1, 2, 3].map((key) => ({ key, attempts: 1, reason: `Error: poison ${key}` })),
  );
  database.poison.clear();
  expect(await other.deadLetters.discard([1])).toBe(1);
  await other.set(2, 'new');
  expect(await other.deadLetters.replay()).toBe(1);
  await other.flush();
  expect([...database.rows].sort(([a], [b]) => a - b)).toEqual([
    [2, 'new'],
    [3, '3'],
  ]);
  expect(await one.stats()).toMatchObject({ pending: 0, deadLetters: 0, bytes: 0 });
});

it('bounds what waits for all processes together', async () => {
  const { database, open } = world();
  const limits = { maxPending: 2, backlogTimeout: 200, retry: { first: '1h', longest: '1h' } } as const;
  const [one, other] = [open(limits), open(limits)];
  database.isDown = true;
  await one.set(1, 'one');
  await other.set(2, 'two');
  expect(await failureOf(other.set(3, 'three'))).toMatchObject({ code: 'ERR_CACHE_BACKLOG' });
  await other.set(1, 'uno');
  database.isDown = false;
  const accepted = one.set(3, 'three');
  await poll('there is room', async () => {
    await Promise.all([one.flush(), other.flush()]);
    return (await one.stats()).pending <= 1;
  });
  await accepted.catch(() => one.set(3, 'three'));
  expect(database.rows.get(1)).toBe('uno');
});

it('refuses writes while Redis is away, serves readers all the same, and goes on when it is back', async () => {
  const own = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
  onTestFinished(() => own.stop());
  const { database, open } = world(own.url);
  const values = open({ journalOptions: { timeout: 300 } });
  await values.set(1, 'one');
  await own.server.kill();
  expect(await failureOf(values.set(2, 'two'))).toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  expect(await values.get(1)).toBe('one');
  database.rows.set(7, 'seven');
  expect(await values.get(7)).toBe('seven');
  expect(await failureOf(values.flush())).toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  await own.restart();
  await poll('it writes again', async () => (await values.flush()) === 0);
  expect(database.rows.get(1)).toBe('one');
}, 30_000);
