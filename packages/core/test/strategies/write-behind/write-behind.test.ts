import { describe, expect, it, onTestFinished } from 'vitest';
import { type WriteBehindOptions, type WriteBehindRepository, writeBehind } from '../../../src/strategies/index.ts';
import { failureOf, flush } from '../../support/deferred.ts';
import { recordEvents } from '../../support/record-events.ts';
import { testCache } from '../../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { LOCAL_JOURNALS } from './journals.ts';
import { RecordingSource } from './recording-source.ts';

expectNoUnhandledRejections();

/** Lets the turns pass that a write takes on its way through the journal. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await flush();
}

describe.each(LOCAL_JOURNALS)('write-behind with a journal in %s', (_, journal) => {
  function world(options: Partial<WriteBehindOptions<number, string>> = {}, many?: 'none' | 'throws' | 'returns') {
    const { cache, clock } = testCache();
    const database = new RecordingSource();
    const values: WriteBehindRepository<number, string> = writeBehind(cache, database.source(many), {
      name: 'values',
      journal: journal(),
      drain: false,
      ...options,
    });
    onTestFinished(async () => void (await values.close({ timeout: 0 })));
    const advance = async (milliseconds: number): Promise<void> => {
      clock.advance(milliseconds);
      await settled();
    };
    return { cache, clock, database, values, advance };
  }

  it('acknowledges a write before the database has it, shows it at once, and writes it after the delay', async () => {
    const { database, values, advance } = world();
    await values.set(1, 'one');
    expect(await values.get(1)).toBe('one');
    expect(await values.getMany([1, 2])).toEqual(['one', undefined]);
    await advance(999);
    expect(database.calls).toEqual([]);
    await advance(1);
    expect(database.rows.get(1)).toBe('one');
    expect(await values.get(1)).toBe('one');
    expect(database.loads).toEqual([2]);
    expect(await values.stats()).toMatchObject({ pending: 0, lag: 0, written: 1, failed: 0, deadLetters: 0 });
  });

  it('shows what is pending although the cache has lost it, and the source is not asked', async () => {
    const { cache, database, values } = world();
    await values.set(1, 'one');
    await cache.clear();
    expect(await values.get(1)).toBe('one');
    expect(await values.refresh(1)).toBe('one');
    await values.delete(1);
    expect(await values.get(1)).toBeUndefined();
    expect(database.loads).toEqual([]);
  });

  it('writes only the last of several writes of a key, from the last one on, but waits no longer than maxDelay', async () => {
    const { database, values, advance } = world({ delay: '1s', maxDelay: '3s' });
    for (const value of ['a', 'b', 'c']) {
      await values.set(1, value);
      await advance(900);
    }
    expect(database.done).toEqual([]);
    await values.set(1, 'd');
    await advance(300);
    expect(database.done).toMatchObject([{ key: 1, value: 'd' }]);
  });

  it('lets writes that have waited for most of their delay go along', async () => {
    const { database, values, advance } = world({ delay: '1s', softRipe: 0.75 }, 'returns');
    await values.set(1, 'one');
    await advance(200);
    await values.set(2, 'two');
    await advance(100);
    await values.set(3, 'three');
    await advance(700);
    expect(database.calls).toEqual([{ name: 'saveMany', keys: [1, 2] }]);
    await advance(300);
    expect(database.calls.slice(1)).toEqual([{ name: 'save', keys: [3] }]);
  });

  it('writes in batches of batchSize', async () => {
    const { database, values } = world({ batchSize: 2, concurrency: 1 }, 'returns');
    await values.setMany([1, 2, 3, 4, 5].map((key) => [key, `${key}`]));
    expect(await values.flush()).toBe(0);
    expect(database.calls).toEqual([
      { name: 'saveMany', keys: [1, 2] },
      { name: 'saveMany', keys: [3, 4] },
      { name: 'save', keys: [5] },
    ]);
  });

  it('tries again with growing pauses, under the same id, and gives up in the end', async () => {
    const retry = { first: '1s', factor: 2, longest: '3s', attempts: 4 } as const;
    const { cache, database, values, advance } = world({ delay: 0, retry });
    const events = recordEvents(cache, 'error');
    database.poison.add(1);
    await values.set(1, 'one');
    await values.set(2, 'two');
    for (const pause of [0, 1_000, 2_000, 3_000, 3_000]) await advance(pause + 1);
    const ofOne = database.attempts.filter(({ key }) => key === 1);
    expect(ofOne.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(new Set(ofOne.map(({ id }) => id)).size).toBe(1);
    expect(database.rows.get(2)).toBe('two');
    expect(await values.deadLetters.list()).toMatchObject([
      { key: 1, kind: 'save', value: 'one', attempts: 4, reason: 'Error: poison 1' },
    ]);
    expect(events.map(({ event }) => (event as { operation: string }).operation)).toEqual([
      'write-behind save',
      'write-behind save',
      'write-behind save',
      'write-behind dead letter',
    ]);
    expect(await values.get(1)).toBeUndefined();
    expect(await values.stats()).toMatchObject({ pending: 0, deadLetters: 1, written: 1, failed: 4 });
  });

  it('replays dead letters, or throws them away', async () => {
    const { database, values } = world({ retry: { attempts: 1 } });
    for (const key of [1, 2, 3]) database.poison.add(key);
    await values.setMany([1, 2, 3].map((key) => [key, `${key}`]));
    await values.flush();
    expect((await values.deadLetters.list()).map(({ key }) => key)).toEqual([1, 2, 3]);
    database.poison.clear();
    expect(await values.deadLetters.discard([1])).toBe(1);
    expect(await values.deadLetters.replay([2, 7])).toBe(1);
    expect(await values.get(2)).toBe('2');
    await values.flush();
    expect([...database.rows]).toEqual([[2, '2']]);
    expect(await values.deadLetters.replay()).toBe(1);
    await values.flush();
    expect([...database.rows.keys()]).toEqual([2, 3]);
    expect(await values.deadLetters.list()).toEqual([]);
  });

  it('forgets a dead letter when its key is written again, so that it can never come back', async () => {
    const { database, values } = world({ retry: { attempts: 1 } });
    database.poison.add(1);
    await values.set(1, 'bad');
    await values.flush();
    database.poison.clear();
    await values.set(1, 'good');
    expect(await values.deadLetters.replay()).toBe(0);
    await values.flush();
    expect(database.rows.get(1)).toBe('good');
  });

  it('does not try a failed write again when a newer one has taken its place', async () => {
    const { database, values, advance } = world({ delay: 0, retry: { first: '10s' } });
    database.poison.add(1);
    await values.set(1, 'bad');
    await advance(1);
    database.poison.clear();
    await values.set(1, 'good');
    await advance(1);
    await advance(20_000);
    expect(database.done.map(({ value }) => value)).toEqual(['good']);
  });

  it.each(['throws', 'returns'] as const)('lets poison stall only itself, in a source that %s', async (many) => {
    const { database, values } = world({ retry: { attempts: 3 }, concurrency: 1 }, many);
    const keys = Array.from({ length: 100 }, (_, index) => index);
    for (const key of [0, 1, 50, 99]) database.poison.add(key);
    await values.setMany(keys.map((key) => [key, `${key}`]));
    expect(await values.flush()).toBe(4);
    expect(database.rows.size).toBe(96);
    expect(database.calls.length).toBeLessThan(many === 'throws' ? 50 : 2);
    expect(await values.flush()).toBe(4);
    expect(await values.flush()).toBe(0);
    expect((await values.deadLetters.list()).map(({ key }) => key).sort((a, b) => a - b)).toEqual([0, 1, 50, 99]);
  });

  it('does not look for poison in a database that is down', async () => {
    const { database, values, advance } = world({ concurrency: 1 }, 'throws');
    await values.setMany(Array.from({ length: 128 }, (_, key) => [key, 'value']));
    database.isDown = true;
    expect(await values.flush()).toBe(128);
    expect(database.calls.length).toBeLessThan(30);
    database.isDown = false;
    await advance(1_000);
    expect(database.rows.size).toBe(128);
  });

  it('takes nothing for done when it cannot be told which writes were not', async () => {
    const { cache } = testCache();
    const errors = recordEvents(cache, 'error');
    let failures: unknown = [{ key: 'one', error: new Error('not this one') }];
    const rows = new Map<number, string>();
    const values = writeBehind<number, string>(
      cache,
      {
        load: (key) => rows.get(key),
        save: () => Promise.reject(new Error('one by one it takes none')),
        saveMany: (saves) => {
          for (const { key, value } of saves) rows.set(key, value);
          return failures as never;
        },
      },
      { name: 'values', journal: journal(), drain: false },
    );
    onTestFinished(async () => void (await values.close({ timeout: 0 })));
    await values.setMany([1, 2].map((key) => [key, 'value']));
    expect(await values.flush()).toBe(2);
    expect(errors).toHaveLength(2);
    failures = undefined;
    expect(await values.flush()).toBe(0);
  });

  it('aborts a call that takes too long, and tries its writes again one by one', async () => {
    const { cache, clock } = testCache();
    const signals: AbortSignal[] = [];
    const calls: string[] = [];
    const hanging = (keys: string, signal: AbortSignal): Promise<void> => {
      calls.push(keys);
      signals.push(signal);
      return new Promise(() => {});
    };
    const values = writeBehind<number, string>(
      cache,
      {
        load: () => undefined,
        save: (key, _value, { signal }) => (key === 1 ? hanging('1', signal) : void calls.push(`${key}`)),
        saveMany: (saves) => hanging(saves.map(({ key }) => key).join(), saves[0]?.signal ?? AbortSignal.abort()),
      },
      { name: 'values', journal: journal(), drain: false, saveTimeout: '5s', delay: 0 },
    );
    onTestFinished(async () => void (await values.close({ timeout: 0 })));
    await values.setMany([1, 2, 3].map((key) => [key, 'value']));
    for (const step of [1, 5_000, 1_000]) {
      clock.advance(step);
      await settled();
    }
    expect(calls[0]).toBe('1,2,3');
    expect(calls.slice(1).sort()).toEqual(['1', '2', '3']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(await values.stats()).toMatchObject({ pending: 1, written: 2 });
    clock.advance(5_000);
    await settled();
  });

  it('makes callers wait when too much is pending, and goes on as soon as there is room', async () => {
    const { database, values, advance } = world({ maxPending: 2, delay: '1h', maxDelay: '1h', backlogTimeout: '5s' });
    database.isDown = true;
    await values.set(1, 'one');
    await values.set(2, 'two');
    let third = 'waits';
    const accepted = values.set(3, 'three').then(() => (third = 'accepted'));
    await settled();
    expect(third).toBe('waits');
    expect(await values.stats()).toMatchObject({ pending: 2, waiting: 1, failed: 2 });
    database.isDown = false;
    await advance(1_000);
    await accepted;
    expect([...database.rows.keys()].sort((a, b) => a - b)).toEqual([1, 2]);
  });

  it('refuses a write for which there is no room in time, and leaves what was there', async () => {
    const { database, values, advance } = world({
      maxPending: 1,
      backlogTimeout: '5s',
      retry: { first: '1h', longest: '1h' },
    });
    database.isDown = true;
    await values.set(1, 'one');
    const refused = failureOf(values.set(2, 'two'));
    const alsoRefused = failureOf(
      values.setMany([
        [3, 'three'],
        [1, 'uno'],
      ]),
    );
    await settled();
    await advance(5_000);
    expect(await refused).toMatchObject({ code: 'ERR_CACHE_BACKLOG' });
    expect(await alsoRefused).toMatchObject({ code: 'ERR_CACHE_WRITE' });
    expect(await values.get(1)).toBe('one');
    expect(await values.get(2)).toBeUndefined();
    expect(await values.stats()).toMatchObject({ pending: 1, waiting: 0 });
  });

  it('refuses at once what can never be kept', async () => {
    const { values } = world({ maxPendingBytes: 1_000 });
    expect(await failureOf(values.set(1, 'x'.repeat(2_000)))).toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect(await failureOf(values.set(1, undefined as never))).toMatchObject({ code: 'ERR_CACHE_VALUE' });
    await values.close();
    expect(await failureOf(values.set(1, 'one'))).toMatchObject({ code: 'ERR_CACHE_CLOSED' });
  });

  it('takes the last of writes that are asked for at the same time', async () => {
    const { database, values } = world();
    await Promise.all(['a', 'b', 'c'].map((value) => values.set(1, value)));
    expect(await values.get(1)).toBe('c');
    await values.flush();
    expect(database.done.map(({ value }) => value)).toEqual(['c']);
    expect(await values.get(1)).toBe('c');
  });

  it('drops from the cache what others have read from the database before it had the write', async () => {
    const { cache, database, values } = world();
    await values.set(1, 'new');
    await cache.set(values.keyOf(1), 'old');
    expect(await values.get(1)).toBe('new');
    await values.flush();
    expect(await values.get(1)).toBe('new');
    expect(database.loads).toEqual([1]);
  });

  it('keeps the order of one key while an earlier write is under way', async () => {
    const { cache } = testCache();
    const gates: (() => void)[] = [];
    const written: string[] = [];
    const values = writeBehind<number, string>(
      cache,
      {
        load: () => undefined,
        save: async (_, value) => {
          await new Promise<void>((resolve) => gates.push(resolve));
          written.push(value);
        },
      },
      { name: 'values', journal: journal(), drain: false },
    );
    onTestFinished(async () => void (await values.close()));
    await values.set(1, 'first');
    const flushed = values.flush();
    await settled();
    await values.set(1, 'second');
    const alsoFlushed = values.flush();
    await settled();
    expect(gates).toHaveLength(1);
    gates[0]?.();
    await settled();
    expect(written).toEqual(['first']);
    gates[1]?.();
    expect(await flushed).toBe(0);
    expect(await alsoFlushed).toBe(0);
    expect(written).toEqual(['first', 'second']);
  });

  it('flushes what was there, and is not kept by what is written meanwhile', async () => {
    const { cache } = testCache();
    const written: string[] = [];
    let writes = 0;
    const values = writeBehind<number, string>(
      cache,
      {
        load: () => undefined,
        save: async (_, value) => {
          written.push(value);
          // During each attempt the key is written again.
          if (writes < 10) await values.set(1, `${(writes += 1)}`);
        },
      },
      { name: 'values', journal: journal(), drain: false, delay: '1h', maxDelay: '1h' },
    );
    onTestFinished(async () => void (await values.close({ timeout: 0 })));
    await values.set(1, '0');
    expect(await values.flush()).toBe(1);
    expect(written).toEqual(['0']);
    expect(await values.get(1)).toBe('1');
  });

  it('makes a page that shows a pending value depend on it', async () => {
    const { cache, values } = world();
    await values.set(1, 'one');
    const page = (): Promise<string> =>
      cache.getOrSet('page', async () => `shows ${await values.get(1)}`, { ttl: '1h' });
    expect(await page()).toBe('shows one');
    await values.set(1, 'two');
    expect(await page()).toBe('shows two');
  });

  it('refuses what is wrong, before it says anything', () => {
    const { cache } = testCache();
    const { load, save } = new RecordingSource().source();
    const source = { load: load as never, save };
    for (const [option, bad] of Object.entries({
      name: 'a/b',
      journal: 'sqlite',
      delay: -1,
      maxDelay: '1ms',
      softRipe: 2,
      batchSize: 0,
      concurrency: 1.5,
      saveTimeout: 'forever',
      retry: 3,
      maxPending: Number.NaN,
      maxPendingBytes: '1',
      backlogTimeout: 'soon',
      drain: true,
      unknown: 1,
    })) {
      const given = { name: 'values', journal: LOCAL_JOURNALS[0]?.[1](), [option]: bad } as never;
      expect(() => writeBehind(cache, source, given)).toThrow(
        expect.objectContaining({ code: 'ERR_CACHE_OPTION' }) as Error,
      );
    }
  });
});
