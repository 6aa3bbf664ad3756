import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cache, createCache } from '../../src/index.ts';
import { type CachedRepository, type Source, writeAround, writeThrough } from '../../src/strategies/index.ts';
import { SharedMemory } from '../backends/shared-memory.ts';
import { flush } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';

/** Something that waits for the test: a call of the database, before and after it does what it was asked for. */
interface Gate {
  open(): void;
}

type Action = 'get' | 'getMany' | 'set' | 'setMany' | 'delete' | 'refresh';

interface Task {
  readonly action: Action;
  readonly at: number;
  readonly fails: boolean;
}

const task = fc.record({
  action: fc.constantFrom<Action[]>('get', 'getMany', 'set', 'setMany', 'delete', 'refresh'),
  at: fc.nat(1),
  fails: fc.boolean(),
});

/** A database whose calls stand still twice, and may fail after they have done their work. */
class World {
  readonly rows = new Map<string, number>();
  readonly gates: Gate[] = [];
  /** Whether the next write fails. */
  failing = false;
  written = 0;

  readonly source: Source<string, number> = {
    load: (key) => this.#call(() => this.rows.get(key), false),
    save: (key, value) => this.#call(() => void this.rows.set(key, value), this.failing),
    remove: (key) => this.#call(() => void this.rows.delete(key), this.failing),
  };

  async #call<T>(work: () => T, fails: boolean): Promise<T> {
    await this.#gate();
    const answer = work();
    await this.#gate();
    if (fails) throw new Error('after the fact');
    return answer;
  }

  #gate(): Promise<void> {
    return new Promise((open) => this.gates.push({ open }));
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await flush();
}

function start(world: World, repository: CachedRepository<string, number>, { action, fails }: Task): Promise<unknown> {
  world.failing = fails;
  const value = (world.written += 1);
  if (action === 'set') return repository.set('a', value);
  if (action === 'setMany')
    return repository.setMany([
      ['a', value],
      ['b', value],
    ]);
  if (action === 'getMany') return repository.getMany(['a', 'b']);
  return repository[action]('a');
}

/** Runs the tasks in an order that the choices tell, and says what caches and database have when all is quiet. */
async function play(
  caches: readonly Cache[],
  strategy: typeof writeThrough,
  tasks: readonly Task[],
  choices: readonly number[],
  between: (choice: number) => void,
): Promise<Found[]> {
  const world = new World();
  const repositories = caches.map((cache) => strategy(cache, world.source, { name: 'k' }));
  const waiting = [...tasks];
  let done = 0;
  const ended = (): void => {
    done += 1;
  };
  for (let step = 0; done < tasks.length; step += 1) {
    const choice = choices[step % choices.length] ?? 0;
    const next = choice % 3 === 0 || world.gates.length === 0 ? waiting.shift() : undefined;
    const repository = next && repositories[next.at];
    if (next !== undefined && repository !== undefined) void start(world, repository, next).then(ended, ended);
    else world.gates.splice(choice % Math.max(1, world.gates.length), 1)[0]?.open();
    between(choice);
    await turns(choice % 5 === 0 ? 1 : 4);
  }
  between(-1);
  const found: Found[] = [];
  for (const [index, cache] of caches.entries()) {
    for (const key of ['a', 'b']) {
      const cached = await cache.get<number | null>(repositories[index]?.keyOf(key) ?? '');
      found.push({ cached, stored: world.rows.get(key) ?? null });
    }
  }
  return found;
}

/** What a cache and the database have under a key. */
interface Found {
  readonly cached: number | null | undefined;
  readonly stored: number | null;
}

describe.each([
  ['writeThrough', writeThrough],
  ['writeAround', writeAround],
])('however reads and writes of %s meet, the cache ends with what the database has or with nothing', (_, strategy) => {
  const cases = [fc.array(task, { minLength: 2, maxLength: 8 }), fc.array(fc.nat(30), { minLength: 1, maxLength: 40 })];

  it('in one process', async () => {
    const property = fc.asyncProperty(
      cases[0] as fc.Arbitrary<Task[]>,
      cases[1] as fc.Arbitrary<number[]>,
      async (tasks, choices) => {
        const { cache } = testCache();
        const found = await play([cache, cache], strategy, tasks, choices, () => {});
        for (const { cached, stored } of found) expect(cached ?? stored).toBe(stored);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });

  it('in two, of which one may hear late of the other', async () => {
    const property = fc.asyncProperty(
      cases[0] as fc.Arbitrary<Task[]>,
      cases[1] as fc.Arbitrary<number[]>,
      async (tasks, choices) => {
        const server = new SharedMemory();
        server.lagging = true;
        const caches = [1, 2].map(() => createCache({ backend: server.client() }));
        const found = await play(caches, strategy, tasks, choices, (choice) => {
          if (choice % 7 === 0 || choice === -1) server.deliver();
        });
        for (const { cached, stored } of found) expect(cached ?? stored).toBe(stored);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });
});
