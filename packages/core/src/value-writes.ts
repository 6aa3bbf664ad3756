import type { MaybePromise } from './backends/backend.ts';
import { createEntry, type Entry, isFresh, touchEntry } from './entry.ts';
import { CacheError, invalidOption, isRefusal } from './errors.ts';
import { validateTags } from './invalidation/tags.ts';
import { isolate } from './isolation.ts';
import type { Key } from './key.ts';
import { checkLifetimeOptions, type LifetimeOptions, lifetimeOf } from './lifetime-options.ts';
import type { Space } from './space.ts';
import { type Change, update } from './updates.ts';
import { type CacheDefaults, rejectUnstorable } from './value-loads.ts';

/** Everything that changes what is stored under a key, except loads. */
export class ValueWrites {
  readonly #space: Space;
  readonly #defaults: CacheDefaults;

  constructor(space: Space, defaults: CacheDefaults) {
    this.#space = space;
    this.#defaults = defaults;
  }

  async set(key: Key, value: unknown, options: LifetimeOptions): Promise<void> {
    const id = this.#space.id(key);
    this.#check([value], options);
    if (this.#space.root.log.ready !== undefined) await this.#space.ready();
    this.#space.fence(id);
    await this.#removedIfRefused([id], () => this.#space.write(id, this.#entryOf(value, options), 'thrown'));
    this.#space.emit('set', key);
  }

  async setMany(pairs: readonly (readonly [Key, unknown])[], options: LifetimeOptions): Promise<void> {
    const ids = pairs.map(([key]) => this.#space.id(key));
    const values = pairs.map(([, value]) => value);
    this.#check(values, options);
    if (this.#space.root.log.ready !== undefined) await this.#space.ready();
    for (const id of ids) this.#space.fence(id);
    await this.#removedIfRefused(ids, () => {
      return this.#space.writeMany(values.map((value, index) => [ids[index] ?? '', this.#entryOf(value, options)]));
    });
    for (const [key] of pairs) this.#space.emit('set', key);
  }

  async add(key: Key, value: unknown, options: LifetimeOptions): Promise<boolean> {
    this.#check([value], options);
    return this.#storeIf(key, value, options, (entry) => entry === undefined);
  }

  async replace(key: Key, value: unknown, options: LifetimeOptions): Promise<boolean> {
    this.#check([value], options);
    const id = this.#space.id(key);
    return this.#removedIfRefused([id], () => this.#storeIf(key, value, options, (entry) => entry !== undefined));
  }

  touch(key: Key, ttl: number): Promise<boolean> {
    return this.#changeLive(key, (entry, now) => touchEntry(entry, ttl, now));
  }

  expire(key: Key): Promise<boolean> {
    return this.#changeLive(key, (entry, now) => ({ ...entry, staleAt: now, token: undefined }));
  }

  async take(key: Key): Promise<Entry | undefined> {
    const taken = await update<Entry | undefined>(this.#space, this.#space.id(key), (entry) =>
      entry === undefined ? KEPT : { keep: false, next: undefined, result: entry },
    );
    if (taken !== undefined) this.#space.emit('delete', key);
    return taken;
  }

  async increment(key: Key, delta: number, initial: number, options: LifetimeOptions): Promise<number> {
    const id = this.#space.id(key);
    for (const [option, number] of Object.entries({ delta, initial })) {
      if (!Number.isFinite(number)) throw invalidOption(option, number, 'a finite number');
    }
    this.#check([], options);
    if (this.#space.root.log.ready !== undefined) await this.#space.ready();
    const first = liveOrNothing(this.#entryOf(initial + delta, options));
    const count = await update(this.#space, id, (entry): Change<number> => {
      if (entry === undefined) return { keep: false, next: first, result: initial + delta };
      const sum = addTo(entry.value, delta);
      return { keep: false, next: { ...entry, value: sum, token: undefined }, result: sum };
    });
    if (count === undefined) throw new CacheError('ERR_CACHE_BACKEND', 'The backend failed, so there is no count.');
    this.#space.emit('set', key);
    return count;
  }

  async delete(key: Key): Promise<boolean> {
    const id = this.#space.id(key);
    this.#space.fence(id);
    const { clock } = this.#space.root;
    const found = this.#space.read(id, clock.now());
    const entry = found instanceof Promise ? await found : found;
    await this.#space.remove(id);
    this.#space.emit('delete', key);
    return entry !== undefined && isFresh(entry, clock.now());
  }

  async deleteMany(keys: readonly Key[]): Promise<number> {
    const ids = keys.map((key) => this.#space.id(key));
    for (const id of ids) this.#space.fence(id);
    const found = await this.#space.readMany(ids);
    await this.#space.removeMany(ids);
    for (const key of keys) this.#space.emit('delete', key);
    const now = this.#space.root.clock.now();
    return found.filter((entry) => entry !== undefined && isFresh(entry, now)).length;
  }

  async #storeIf(
    key: Key,
    value: unknown,
    options: LifetimeOptions,
    condition: (entry: Entry | undefined) => boolean,
  ): Promise<boolean> {
    if (this.#space.root.log.ready !== undefined) await this.#space.ready();
    const next = liveOrNothing(this.#entryOf(value, options));
    const stored = await update(this.#space, this.#space.id(key), (entry): Change<boolean> => {
      return condition(entry) ? { keep: false, next, result: next !== undefined } : NOT_DONE;
    });
    if (stored === true) this.#space.emit('set', key);
    return stored ?? false;
  }

  async #changeLive(key: Key, change: (entry: Entry, now: number) => Entry): Promise<boolean> {
    const changed = await update(this.#space, this.#space.id(key), (entry, now): Change<boolean> => {
      if (entry === undefined) return NOT_DONE;
      return { keep: false, next: liveOrNothing(change(entry, now)), result: true };
    });
    if (changed === true) this.#space.emit('set', key);
    return changed ?? false;
  }

  /** @throws CacheError before anything is changed: `ERR_CACHE_VALUE`, `ERR_CACHE_OPTION` */
  #check(values: readonly unknown[], options: LifetimeOptions): void {
    for (const value of values) rejectUnstorable(value);
    checkLifetimeOptions(options);
    lifetimeOf(options, this.#defaults.lifetime);
    if (options.tags !== undefined) validateTags(options.tags);
  }

  /** A value that cannot be kept leaves nothing under its key: what is there is older than it. */
  async #removedIfRefused<T>(ids: readonly string[], work: () => MaybePromise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isRefusal(error)) await this.#space.removeMany(ids);
      throw error;
    }
  }

  #entryOf(value: unknown, options: LifetimeOptions): Entry {
    const { clock, log } = this.#space.root;
    const lifetime = lifetimeOf(options, this.#defaults.lifetime);
    const tags = options.tags === undefined ? [] : [...validateTags(options.tags)];
    const isolated = isolate(value, this.#defaults.values);
    return createEntry({ ...isolated, tags, position: log.head, limitAt: Infinity }, lifetime, clock.now());
  }
}

const KEPT: Change<undefined> = { keep: true, result: undefined };
const NOT_DONE: Change<boolean> = { keep: true, result: false };

/** An entry with a ttl of 0 stores nothing, but takes away what was there. */
function liveOrNothing(entry: Entry): Entry | undefined {
  return entry.deleteAt > entry.storedAt ? entry : undefined;
}

function addTo(value: unknown, delta: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value + delta)) {
    throw new CacheError('ERR_CACHE_VALUE', 'Only a number can be incremented, up to the largest one there is.');
  }
  return value + delta;
}
