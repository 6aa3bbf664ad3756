import { type Cache, createCache } from '@cache/core';
import { sqlite } from '@cache/core/sqlite';
import type { Changes, State } from '../protocol.ts';
import { Random } from '../random.ts';
import { tell } from '../tell.ts';
import { ALL, COUNTER } from './keys.ts';
import { stateOf } from '../numbered-value.ts';
import { randomOperation, type Subject } from './operations.ts';
import { settingOf } from './settings.ts';

/** What a writer is told on its command line. */
interface Task {
  readonly label: string;
  readonly directory: string;
  readonly seed: number;
  readonly writer: number;
  readonly generation: number;
  readonly looksOnly: boolean;
}

/** Caches in which one thing is done at a time; several things are done at once. */
const CACHES = 5;

const task = JSON.parse(process.argv[2] ?? '') as Task;
const backend = sqlite({ ...settingOf(task.label).options, directory: task.directory, busyTimeout: '30s' });
const random = new Random(task.seed, task.writer, task.generation);
const shared = cacheOf('shared');
let operations = 0;
/** Numbers go up from one life to the next. */
let serials = task.generation * 1_000_000;

const subjects = Array.from({ length: CACHES }, (_, index): Subject => {
  const cache = cacheOf(`writer-${task.writer}-${index}`);
  return { cache, backend, random, count: 0, serial: () => (serials += 1) };
});
await look();
if (!task.looksOnly) {
  tell({ is: 'writing' });
  await Promise.all([...subjects.map((subject) => writeForEver(subject)), countForEver()]);
}

/** Nothing may be dropped in silence: what the cache survives is a fault here. */
function cacheOf(name: string): Cache {
  const cache = createCache({ name, backend, backendTimeout: '30s', ttl: 'forever' });
  cache.on('error', ({ operation, error }) => tell({ is: 'fault', text: `${operation}: ${String(error)}` }));
  return cache;
}

async function look(): Promise<void> {
  const count = (await shared.get<number>(COUNTER)) ?? 0;
  const problems = (await backend.check()).map(({ kind, path, detail }) => `${kind} in ${path}: ${detail}`);
  const found: Record<string, State> = {};
  for (const subject of subjects) {
    const values = await subject.cache.getMany<unknown>(ALL);
    for (const [index, key] of ALL.entries()) found[`${subject.cache.name}/${key}`] = stateOf(key, values[index]);
    subject.count = Number(found[`${subject.cache.name}/${COUNTER}`] ?? 0);
  }
  tell({ is: 'looked', found, problems, count });
}

async function writeForEver(subject: Subject): Promise<void> {
  const named = (changes: Changes): Changes => {
    return Object.fromEntries(Object.entries(changes).map(([key, states]) => [`${subject.cache.name}/${key}`, states]));
  };
  for (;;) {
    const { what, changes, run } = randomOperation(subject);
    const id = (operations += 1);
    tell({ is: 'begin', id, what, changes: named(changes) });
    tell({ is: 'end', id, changes: named(await run()) });
    // Small writes are done before they return: without this the others would never have their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function countForEver(): Promise<void> {
  for (;;) {
    tell({ is: 'counting' });
    await shared.increment(COUNTER, 1, { ttl: 'forever' });
    tell({ is: 'counted' });
    await new Promise((resolve) => setTimeout(resolve, random.below(5)));
  }
}
