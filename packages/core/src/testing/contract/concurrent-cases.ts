import { ok, strictEqual } from 'node:assert/strict';
import type { Store } from '../../backends/backend.ts';
import type { Entry } from '../../entry.ts';
import { type ContractHarness, type ContractPart, type ContractWorld, eventually } from './case.ts';
import { entryOf } from './entries.ts';
import { type Random, randomly } from './random.ts';

const WORKERS = 4;
const CALLS = 15;
const KEYS = ['a', 'b'];

/** Random calls of several clients at once take effect one after the other, in some order. */
export function concurrentCases({ capabilities, sequences = 40 }: ContractHarness): ContractPart[] {
  if (!capabilities.atomic) return [];
  return Array.from({ length: Math.ceil(sequences / 4) }, (_, seed) => ({
    name: `random calls at once, sequence ${seed}: no reading is swapped twice, and what is there is what somebody left`,
    run: (world) => concurrently(world, seed),
  }));
}

async function concurrently({ store, subject, open }: ContractWorld, seed: number): Promise<void> {
  const stores = subject.second === undefined ? [store] : [store, open(subject.second)];
  const history = new History();
  const workers = Array.from({ length: WORKERS }, async (_, worker) => {
    const random = randomly(seed * WORKERS + worker + 1);
    const own = stores[worker % stores.length] ?? store;
    for (let call = 0; call < CALLS; call += 1) await history.call(own, random, `${worker}.${call}`);
  });
  await Promise.all(workers);
  for (const key of KEYS) {
    const values = new Set<string | undefined>();
    await eventually(async () => {
      values.clear();
      for (const each of stores) values.add(liveValue(await each.get(key)));
      strictEqual(values.size, 1, `clients do not agree on what is under ${key}`);
    });
    const [last] = values;
    ok(history.couldBeLeft(key, last), `${last} is under ${key}, but was replaced, or was never written`);
  }
}

/** What was written and replaced. Each writing has a value of its own, so that a value tells who wrote it. */
class History {
  readonly #written = new Set<string>();
  readonly #replaced = new Set<string>();

  async call(store: Store, random: Random, name: string): Promise<void> {
    const key = KEYS[random(KEYS.length)] ?? '';
    const value = `${key} ${name}`;
    if (random(5) === 0) {
      await store.set(key, entryOf(value));
      this.#written.add(value);
      return;
    }
    const found = await store.get(key);
    const before = liveValue(found);
    const removes = random(4) === 0;
    if (!(await store.swap(key, found, removes ? undefined : entryOf(value)))) return;
    if (!removes) this.#written.add(value);
    if (before === undefined) return;
    ok(!this.#replaced.has(before), `${before} was swapped twice`);
    this.#replaced.add(before);
  }

  couldBeLeft(key: string, value: string | undefined): boolean {
    if (value === undefined) return true;
    return this.#written.has(value) && !this.#replaced.has(value) && value.startsWith(`${key} `);
  }
}

function liveValue(found: Entry | undefined): string | undefined {
  return found === undefined || found.deleteAt === 0 ? undefined : (found.value as string);
}
