import { collected, currentDependencies, Dependencies } from './dependencies.ts';
import type { InvalidationLog } from './invalidation/log.ts';

/** Makes the values of several keys, in their order. */
export type BatchRun<K, V> = (keys: readonly K[], signal: AbortSignal) => readonly V[] | Promise<readonly V[]>;

/** Gathers the keys that loaders ask for until the next turn of the event loop, and loads them in one call. */
export class Batches<K, V> {
  readonly #log: InvalidationLog;
  readonly #run: BatchRun<K, V>;
  readonly #max: number;
  #open: Batch<K, V> | undefined;

  /** @param max keys of one call */
  constructor(log: InvalidationLog, run: BatchRun<K, V>, max: number = Infinity) {
    this.#log = log;
    this.#run = run;
    this.#max = max;
  }

  /**
   * The value of a key; `undefined` if the call returned too few. What the call read from a cache rises to what the caller makes.
   *
   * @param id the same for the same key
   */
  async load(id: string, key: K, signal: AbortSignal): Promise<V | undefined> {
    const batch = (this.#open ??= this.#begin());
    batch.add(id, key, signal);
    if (batch.size >= this.#max) this.#start(batch);
    const value = (await batch.values).get(id);
    currentDependencies()?.include(batch.dependencies);
    return value;
  }

  #begin(): Batch<K, V> {
    const batch = new Batch<K, V>(new Dependencies(this.#log), this.#run);
    setImmediate(() => this.#start(batch));
    return batch;
  }

  #start(batch: Batch<K, V>): void {
    if (this.#open === batch) this.#open = undefined;
    batch.start();
  }
}

interface Wanted<K> {
  readonly key: K;
  readonly signals: AbortSignal[];
}

class Batch<K, V> {
  readonly dependencies: Dependencies;
  readonly values: Promise<Map<string, V>>;
  readonly #run: BatchRun<K, V>;
  readonly #wanted = new Map<string, Wanted<K>>();
  #resolve: (values: Promise<Map<string, V>>) => void = () => {};
  #started = false;

  constructor(dependencies: Dependencies, run: BatchRun<K, V>) {
    this.dependencies = dependencies;
    this.#run = run;
    this.values = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get size(): number {
    return this.#wanted.size;
  }

  add(id: string, key: K, signal: AbortSignal): void {
    const wanted = this.#wanted.get(id) ?? { key, signals: [] };
    this.#wanted.set(id, wanted);
    wanted.signals.push(signal);
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#resolve(this.#load());
  }

  async #load(): Promise<Map<string, V>> {
    const wanted = [...this.#wanted].filter(([, { signals }]) => signals.some((signal) => !signal.aborted));
    if (wanted.length === 0) return new Map();
    const signal = allAborted(wanted.flatMap(([, { signals }]) => signals));
    const keys = wanted.map(([, { key }]) => key);
    const values = await collected(this.dependencies, () => this.#run(keys, signal));
    return new Map(wanted.map(([id], index) => [id, values[index] as V]));
  }
}

/** Aborted once all of these are. */
function allAborted(signals: readonly AbortSignal[]): AbortSignal {
  const all = new AbortController();
  let left = signals.length;
  const leave = (signal: AbortSignal): void => {
    left -= 1;
    if (left === 0) all.abort(signal.reason);
  };
  for (const signal of signals) {
    if (signal.aborted) leave(signal);
    else signal.addEventListener('abort', () => leave(signal), { once: true });
  }
  return all.signal;
}
