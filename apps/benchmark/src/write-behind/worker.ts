import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createCache } from '@cache/core';
import { type Journal, memoryJournal, writeBehind } from '@cache/core/strategies';
import { redisJournal } from '@cache/core/write-behind/redis';
import { sqliteJournal } from '@cache/core/write-behind/sqlite';
import { answerAlone } from '../measure/alone.ts';
import type { Outcome } from '../measure/outcome.ts';
import { percentile } from '../measure/statistics.ts';
import { zipfSequence } from '../measure/zipf.ts';
import { onPostgres, onSqlite, type Visit, type VisitDatabase } from './databases.ts';
import { type WriteContender, writeContenders, writeScenarios } from './scenario.ts';

/** Runs one contender in one scenario, in a folder that is empty. */
const [scenarioName, contenderName, folder = '', postgresUrl = '', redisUrl = '', warmUpMs, measureMs] =
  process.argv.slice(2);

/** Writes, in one way or another. */
interface Writer {
  write(key: number, value: Visit): Promise<unknown>;
  /** Resolves when the database has everything. */
  arrived(): Promise<void>;
  close(): Promise<unknown>;
}

const TEXT = 'x'.repeat(100);

await answerAlone(async () => {
  const scenario = writeScenarios.find(({ name }) => name === scenarioName);
  const contender = writeContenders.find(({ name }) => name === contenderName);
  if (scenario === undefined || contender === undefined) throw new Error(`no ${contenderName} in "${scenarioName}"`);
  mkdirSync(folder, { recursive: true });
  const database =
    scenario.database === 'postgres' ? await onPostgres(postgresUrl) : onSqlite(join(folder, 'visits.sqlite'));
  const writer = writerOf(contender, database);
  try {
    return await measure(writer, database, contender, scenario.keys);
  } finally {
    await writer.close();
    await database.close();
  }
});

function writerOf({ journal }: WriteContender, { source }: VisitDatabase): Writer {
  if (journal === undefined) {
    const context = { id: '', attempt: 1, signal: new AbortController().signal };
    return {
      write: async (key, value) => source.save(key, value, context),
      arrived: async () => {},
      close: async () => {},
    };
  }
  const visits = writeBehind(createCache(), source, { name: 'visits', ttl: '1h', journal: journalOf(journal) });
  return {
    write: (key, value) => visits.set(key, value),
    async arrived() {
      if ((await visits.flush()) > 0) throw new Error('some writes did not arrive');
    },
    close: () => visits.close(),
  };
}

function journalOf(kind: NonNullable<WriteContender['journal']>): Journal {
  if (kind === 'memory') return memoryJournal();
  if (kind === 'redis') return redisJournal(redisUrl);
  return sqliteJournal({ directory: folder, synchronous: kind === 'sqlite full' ? 'full' : 'normal' });
}

/** Writes per second until the database has all of them, and how long a caller waited for each. */
async function measure(
  writer: Writer,
  database: VisitDatabase,
  { callers, journal }: WriteContender,
  keys: number | undefined,
): Promise<Outcome> {
  const last = new Map<number, number>();
  const ids = keys === undefined ? undefined : zipfSequence(keys, 2 ** 16, 1);
  let count = 0;
  const runFor = async (ms: number): Promise<number[]> => {
    const times: number[] = [];
    const end = performance.now() + ms;
    const call = async (): Promise<void> => {
      for (let start = performance.now(); start < end; ) {
        count += 1;
        const key = ids === undefined ? count : (ids[count % ids.length] ?? 0);
        last.set(key, count);
        await writer.write(key, { count, text: TEXT });
        const now = performance.now();
        times.push(now - start);
        start = now;
      }
    };
    await Promise.all(Array.from({ length: callers }, call));
    return times;
  };
  await runFor(Number(warmUpMs));
  await writer.arrived();
  globalThis.gc?.();
  const start = performance.now();
  const times = await runFor(Number(measureMs));
  await writer.arrived();
  const opsPerSecond = (times.length * 1000) / (performance.now() - start);
  const found = await database.counts();
  // Only a journal keeps the order of writes of one key that are asked for at the same time.
  const keepsOrder = journal !== undefined || callers === 1;
  const isRight = (key: number): boolean => (keepsOrder ? found.get(key) === last.get(key) : found.has(key));
  if (found.size !== last.size || ![...last.keys()].every(isRight)) {
    return { wrong: 'the database has not what was written' };
  }
  return { opsPerSecond, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
}
