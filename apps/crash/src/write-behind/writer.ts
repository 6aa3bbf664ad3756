import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { createCache } from '@cache/core';
import { type Journal, writeBehind } from '@cache/core/strategies';
import { redisJournal } from '@cache/core/write-behind/redis';
import { sqliteJournal } from '@cache/core/write-behind/sqlite';
import { numberedValue, stateOf } from '../numbered-value.ts';
import type { Changes, State } from '../protocol.ts';
import { Random } from '../random.ts';
import { tell } from '../tell.ts';
import { WrittenDatabase } from './database.ts';
import { FailPoints } from './fail-points.ts';
import type { JournalSetting } from './settings.ts';

/** What a writer is told on its command line. */
export interface Task {
  readonly directory: string;
  readonly journal: JournalSetting;
  readonly seed: number;
  readonly writer: number;
  readonly generation: number;
  readonly looksOnly: boolean;
}

/** Groups of keys in which one thing is done at a time; several things are done at once. */
const GROUPS = 4;
const KEYS = 5;
const LARGEST = 2_000;
/** Milliseconds after which others do what a killed process was about to do. */
const TAKE_OVER = 300;
/** Milliseconds that the last look waits for the database to have everything. */
const PATIENCE = 30_000;

const task = JSON.parse(process.argv[2] ?? '') as Task;
const random = new Random(task.seed, task.writer, task.generation);
const points = new FailPoints(task.looksOnly ? new Random(0) : random);
mkdirSync(task.directory, { recursive: true });
const database = new WrittenDatabase(join(task.directory, 'database.sqlite'), random, points);
const cache = createCache({ ttl: 'forever' });
// The database refuses some writes, which is told; anything else is a fault.
cache.on('error', ({ operation, error }) => {
  if (/^write-behind (save|remove)$/.test(operation)) return;
  tell({ is: 'fault', text: `${operation}: ${String(error)}` });
});
const values = writeBehind(cache, database.source(), {
  name: 'crash',
  key: (key) => key,
  journal: task.looksOnly ? journal() : points.in(journal()),
  delay: 5,
  maxDelay: 20,
  batchSize: 8,
  retry: { first: 2, longest: 20, attempts: 1_000 },
});
const groups = Array.from({ length: GROUPS }, (_, group) =>
  Array.from({ length: KEYS }, (__, key) => `writer-${task.writer}-${group}/${key}`),
);
let operations = 0;
/** Numbers go up from one life to the next. */
let serials = task.generation * 1_000_000;

await look();
if (task.looksOnly) {
  await values.close();
} else {
  tell({ is: 'writing' });
  await Promise.all(groups.map((keys) => writeForEver(keys)));
}

function journal(): Journal {
  const { journal: setting } = task;
  if (setting.kind === 'sqlite') {
    const { synchronous } = setting;
    return sqliteJournal({ directory: join(task.directory, 'journal'), synchronous, openTimeout: '30s' });
  }
  return redisJournal(setting.url, { timeout: '10s', takeOverAfter: TAKE_OVER });
}

/** What readers see, which is what is pending, else what the database has; at the end nothing may be pending. */
async function look(): Promise<void> {
  const keys = groups.flat();
  if (task.looksOnly) await untilWritten();
  const seen = task.looksOnly ? keys.map((key) => database.read(key)) : await values.getMany(keys);
  const found: Record<string, State> = {};
  for (const [index, key] of keys.entries()) found[key] = stateOf(key, seen[index]);
  const { deadLetters } = await values.stats();
  const problems = [...database.disorder(), ...(deadLetters > 0 ? [`${deadLetters} dead letters`] : [])];
  tell({ is: 'looked', found, problems, count: 0 });
}

async function untilWritten(): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE;
  while ((await values.flush()) > 0 && performance.now() < giveUpAt) await pause(20);
}

async function writeForEver(keys: readonly string[]): Promise<void> {
  for (;;) {
    const { what, changes, run } = randomOperation(keys);
    const id = (operations += 1);
    tell({ is: 'begin', id, what, changes });
    await run();
    tell({ is: 'end', id, changes });
    await turn();
  }
}

function randomOperation(keys: readonly string[]): { what: string; changes: Changes; run: () => Promise<void> } {
  const some = random.some(keys, 3);
  const [key = ''] = some;
  const kind = random.below(10);
  if (kind < 2) return { what: 'delete', changes: { [key]: [null] }, run: () => values.delete(key) };
  const news = (kind < 5 ? some : [key]).map((each) => numberedValue(each, (serials += 1), random.below(LARGEST)));
  const changes = Object.fromEntries(news.map((value) => [value.key, [value.serial]]));
  if (news.length > 1) {
    return { what: 'setMany', changes, run: () => values.setMany(news.map((value) => [value.key, value])) };
  }
  return { what: 'set', changes, run: () => values.set(key, news[0] ?? numberedValue(key, 0, 0)) };
}
