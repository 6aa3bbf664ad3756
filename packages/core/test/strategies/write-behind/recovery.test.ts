import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jsonCodec } from '../../../src/index.ts';
import { type WriteBehindRepository, writeBehind } from '../../../src/strategies/index.ts';
import { type SqliteJournalOptions, sqliteJournal } from '../../../src/strategies/write-behind/sqlite/index.ts';
import { failureOf } from '../../support/deferred.ts';
import { testCache } from '../../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { testDirectory } from './journals.ts';
import { RecordingSource } from './recording-source.ts';

expectNoUnhandledRejections();

function open(
  directory: string,
  database: RecordingSource,
  journal: SqliteJournalOptions = {},
): WriteBehindRepository<number, string> {
  return writeBehind(testCache().cache, database.source('returns'), {
    name: 'values',
    journal: sqliteJournal({ directory, ...journal }),
    drain: false,
    retry: { attempts: 2 },
  });
}

it('has after a restart what was pending and what was dead, under the same ids, and no sequence twice', async () => {
  const directory = testDirectory();
  const database = new RecordingSource();
  const first = open(directory, database);
  database.poison.add(1);
  await first.set(1, 'dead');
  await first.flush();
  await first.flush();
  database.isDown = true;
  await first.set(2, 'failed once');
  await first.set(4, 'removed');
  await first.delete(4);
  await first.flush();
  await first.set(3, 'new');
  const before = database.attempts.length;
  expect(await first.close({ timeout: 0 })).toBe(3);
  database.isDown = false;
  const second = open(directory, database);
  expect(await second.getMany([2, 3, 4])).toEqual(['failed once', 'new', undefined]);
  expect(await second.deadLetters.list()).toMatchObject([{ key: 1, value: 'dead', attempts: 2 }]);
  await second.flush();
  const idOf = (key: number): Set<string> =>
    new Set(database.attempts.filter((each) => each.key === key).map(({ id }) => id));
  expect(idOf(2).size).toBe(1);
  expect(database.attempts.slice(before).find(({ key }) => key === 2)?.attempt).toBe(2);
  expect([...database.rows]).toEqual([
    [2, 'failed once'],
    [3, 'new'],
  ]);
  await second.close();
  const third = open(directory, database);
  await third.set(5, 'five');
  await third.flush();
  expect(idOf(5)).not.toEqual(idOf(3));
  expect([...idOf(5)][0]! > [...idOf(3)][0]!).toBe(true);
  expect((await third.deadLetters.list()).length).toBe(1);
  await third.close();
});

it('has after a restart the last of several writes of one turn, for each key', async () => {
  const directory = testDirectory();
  const database = new RecordingSource();
  const first = open(directory, database);
  const numbers = Array.from({ length: 30 }, (_, index) => index);
  await Promise.all(numbers.map((number) => first.set(number % 7, `write ${number}`)));
  expect(await first.close({ timeout: 0 })).toBe(7);
  const second = open(directory, database);
  await second.flush();
  const last = numbers.slice(-7).map((number): [number, string] => [number % 7, `write ${number}`]);
  expect([...database.rows].toSorted(([a], [b]) => a - b)).toEqual(last.toSorted(([a], [b]) => a - b));
  expect(database.attempts).toHaveLength(7);
  await second.close();
});

it('waits for the one who has the journal, and says so when it does not end', async () => {
  const directory = testDirectory();
  const database = new RecordingSource();
  const first = open(directory, database);
  await first.set(1, 'one');
  const waiting = open(directory, database, { openTimeout: '10s' });
  const reading = waiting.get(1);
  const impatient = open(directory, database, { openTimeout: '30ms' });
  const refused = await failureOf(impatient.set(2, 'two'));
  expect(refused).toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  expect(String(refused)).toContain('Another process has the journal');
  expect(await impatient.get(1)).toBeUndefined();
  await first.close({ timeout: 0 });
  expect(await reading).toBe('one');
  await waiting.close();
  expect(database.rows.get(1)).toBe('one');
});

it('opens the journal as soon as somebody writes after it has become free', async () => {
  const directory = testDirectory();
  const database = new RecordingSource();
  const first = open(directory, database);
  const second = open(directory, database, { openTimeout: '30ms' });
  expect(await failureOf(second.set(1, 'one'))).toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  await first.close();
  await second.set(1, 'one');
  expect(await second.close()).toBe(0);
  expect(database.rows.get(1)).toBe('one');
});

it('does not touch a file that it cannot read', async () => {
  const directory = testDirectory();
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'values.sqlite'),
    'something else, and long enough to be taken for a database'.repeat(100),
  );
  expect(() => open(directory, new RecordingSource())).toThrow(
    expect.objectContaining({ code: 'ERR_CACHE_BACKEND' }) as Error,
  );
});

it('refuses a codec other than that of what is pending', async () => {
  const directory = testDirectory();
  const database = new RecordingSource();
  await open(directory, database).close();
  expect(() => open(directory, database, { codec: jsonCodec })).toThrow(/codec `v8`, not `json`/);
});

it('writes everything when SIGTERM comes, and ends by it', async () => {
  const directory = testDirectory();
  const entry = new URL('../../../dist/', import.meta.url).href;
  const program = `
    const { createCache } = await import('${entry}index.js');
    const { writeBehind } = await import('${entry}strategies/index.js');
    const { sqliteJournal } = await import('${entry}strategies/write-behind/sqlite/index.js');
    const values = writeBehind(createCache(), {
      load: () => undefined,
      save: (key, value) => new Promise((done) => setTimeout(() => { console.log(key, value); done(); }, 10)),
    }, { name: 'values', delay: '1h', maxDelay: '1h', journal: sqliteJournal({ directory: ${JSON.stringify(directory)} }) });
    await values.setMany([[1, 'one'], [2, 'two']]);
    console.log('ready');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    if (output === 'ready\n') child.kill('SIGTERM');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect(signal).toBe('SIGTERM');
  expect(output).toBe('ready\n1 one\n2 two\n');
}, 20_000);
