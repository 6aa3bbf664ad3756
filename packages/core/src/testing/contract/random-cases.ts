import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { Store } from '../../backends/backend.ts';
import type { Entry } from '../../entry.ts';
import type { ContractHarness, ContractPart } from './case.ts';
import { entryOf, entryUntil, sameEntry } from './entries.ts';
import { type Random, randomly } from './random.ts';
import { KEYS } from './samples.ts';

const CALLS = 60;
const KEYS_PER_SEQUENCE = 5;

/** Random sequences of calls do what they would do to a map. The number in the name of a case is the seed: it repeats the sequence. */
export function randomCases({ sequences = 40 }: ContractHarness): ContractPart[] {
  return Array.from({ length: sequences }, (_, seed) => ({
    name: `random calls, sequence ${seed}: the store does what a map would`,
    async run({ store }) {
      const model = new Model(store, randomly(seed + 1));
      for (let count = 0; count < CALLS; count += 1) await model.call();
      await model.compare();
    },
  }));
}

/** What was read of a key, and how often the key had been written then. */
interface Reading {
  readonly entry: Entry | undefined;
  readonly writes: number;
}

/** A store beside a map that should hold the same. */
class Model {
  readonly #store: Store;
  readonly #random: Random;
  readonly #keys: readonly string[];
  readonly #expected = new Map<string, Entry>();
  readonly #writes = new Map<string, number>();
  readonly #readings = new Map<string, Reading>();
  #count = 0;

  constructor(store: Store, random: Random) {
    this.#store = store;
    this.#random = random;
    this.#keys = [...new Set(Array.from({ length: KEYS_PER_SEQUENCE }, () => KEYS[random(KEYS.length)] ?? ''))];
  }

  async call(): Promise<void> {
    const calls = [
      () => this.#get(),
      () => this.#get(),
      () => this.#set(),
      () => this.#setMany(),
      () => this.#delete(),
      () => this.#deleteMany(),
      () => this.#swapRead(),
      () => this.#swapRead(),
      () => this.#swapFresh(),
      () => this.compare(),
    ];
    // A clear now and then: after one, nothing is left for other calls to meet.
    if (this.#random(25) === 0) return this.#clear();
    return calls[this.#random(calls.length)]?.();
  }

  async compare(): Promise<void> {
    const found = await this.#store.getMany(this.#keys);
    strictEqual(found.length, this.#keys.length);
    for (const [index, key] of this.#keys.entries()) this.#same(key, found[index]);
  }

  async #get(): Promise<void> {
    const key = this.#key();
    const entry = await this.#store.get(key);
    this.#same(key, entry);
    this.#readings.set(key, { entry, writes: this.#writes.get(key) ?? 0 });
  }

  async #set(): Promise<void> {
    const [key, entry] = [this.#key(), this.#entry()];
    await this.#store.set(key, entry);
    this.#wrote(key, entry);
  }

  async #setMany(): Promise<void> {
    const pairs = this.#some().map((key) => [key, this.#entry()] as const);
    await this.#store.setMany(pairs);
    for (const [key, entry] of pairs) this.#wrote(key, entry);
  }

  async #delete(): Promise<void> {
    const key = this.#key();
    strictEqual(await this.#store.delete(key), this.#expected.has(key));
    this.#wrote(key, undefined);
  }

  async #deleteMany(): Promise<void> {
    const keys = this.#some();
    const live = keys.filter((key) => this.#expected.has(key)).length;
    strictEqual(await this.#store.deleteMany(keys), live);
    for (const key of keys) this.#wrote(key, undefined);
  }

  /** Swaps what was read a while ago, which may have changed since. */
  async #swapRead(): Promise<void> {
    const key = this.#key();
    const reading = this.#readings.get(key);
    if (reading === undefined) return;
    const next = this.#random(4) === 0 ? undefined : this.#entry();
    const unchanged = reading.writes === (this.#writes.get(key) ?? 0);
    const swapped = await this.#store.swap(key, reading.entry, next);
    // Only a shared store can tell "nothing, as before" from "nothing, because it was deleted".
    const tells = reading.entry !== undefined || this.#expected.has(key) || this.#store.capabilities.shared;
    if (tells || unchanged) strictEqual(swapped, unchanged);
    if (swapped) this.#wrote(key, next);
  }

  async #swapFresh(): Promise<void> {
    const [key, next] = [this.#key(), this.#entry()];
    strictEqual(await this.#store.swap(key, await this.#store.get(key), next), true);
    this.#wrote(key, next);
  }

  async #clear(): Promise<void> {
    await this.#store.clear();
    this.#expected.clear();
    this.#readings.clear();
  }

  #wrote(key: string, entry: Entry | undefined): void {
    this.#writes.set(key, (this.#writes.get(key) ?? 0) + 1);
    if (entry === undefined || entry.deleteAt <= Date.now()) this.#expected.delete(key);
    else this.#expected.set(key, entry);
  }

  #same(key: string, found: Entry | undefined): void {
    const expected = this.#expected.get(key);
    const live = found !== undefined && found.deleteAt > Date.now();
    if (expected === undefined) deepStrictEqual(live ? found : undefined, undefined);
    else sameEntry(found, expected);
  }

  #entry(): Entry {
    this.#count += 1;
    if (this.#random(8) === 0) return entryUntil({ count: this.#count }, Date.now() - 1_000);
    const tags = Array.from({ length: this.#random(4) }, (_, index) => `tag ${index}`);
    return entryOf({ count: this.#count, text: 'ä'.repeat(this.#random(300)) }, { tags, position: this.#random(99) });
  }

  #key(): string {
    return this.#keys[this.#random(this.#keys.length)] ?? '';
  }

  #some(): string[] {
    return this.#keys.filter(() => this.#random(2) === 0);
  }
}
