import { type Cache, spaceOf } from '../../cache.ts';
import { currentDependencies } from '../../dependencies.ts';
import { createEntry } from '../../entry.ts';
import { copy } from '../../isolation.ts';
import type { LoaderContext } from '../../loader.ts';
import type { RepositorySettings } from '../repositories/options.ts';
import type { LoadManyContext, ReadSource } from '../source.ts';
import type { PendingWrite, WriteQueue } from './journal.ts';

/** The values that are still on their way to the database. */
export class PendingValues<K, V> {
  readonly #cache: Cache;
  readonly #queue: WriteQueue;
  readonly #settings: RepositorySettings<K, V>;

  constructor(cache: Cache, queue: WriteQueue, settings: RepositorySettings<K, V>) {
    this.#cache = cache;
    this.#queue = queue;
    this.#settings = settings;
  }

  /** What a key is called in the queue, which is what it is called in the cache. */
  nameOf(key: K): string {
    return spaceOf(this.#cache).id(this.#settings.keyOf(key));
  }

  /** The last write of a key in this process, if it is pending. */
  find(key: K): PendingWrite | undefined {
    return this.#queue.find(this.nameOf(key));
  }

  /** The value for a caller; what is being made around the call depends on it from now on. */
  use(key: K, write: PendingWrite): V | undefined {
    if (currentDependencies() !== undefined) this.#depend(key, write);
    return (write.copyOnRead ? copy(write.value) : write.value) as V | undefined;
  }

  /** The source as readers must see it: what is pending is there already. */
  over(source: ReadSource<K, V>): ReadSource<K, V> {
    const load = async (key: K, context: LoaderContext<V>): Promise<V | null | undefined> => {
      const [write] = await this.#findAnywhere([key]);
      return write === undefined ? source.load?.(key, context) : valueOf<V>(write);
    };
    const loadMany = async (
      keys: readonly K[],
      context: LoadManyContext,
    ): Promise<readonly (V | null | undefined)[]> => {
      const writes = await this.#findAnywhere(keys);
      const missing = keys.filter((_, index) => writes[index] === undefined);
      const loaded = missing.length === 0 ? [] : await source.loadMany?.(missing, context);
      if (missing.length === keys.length || !Array.isArray(loaded) || loaded.length !== missing.length)
        return loaded ?? [];
      const rest = loaded.values();
      return writes.map((write) =>
        write === undefined ? (rest.next().value as V | null | undefined) : valueOf<V>(write),
      );
    };
    return {
      ...(source.load !== undefined && { load }),
      ...(source.loadMany !== undefined && { loadMany }),
    } as ReadSource<K, V>;
  }

  async #findAnywhere(keys: readonly K[]): Promise<readonly (PendingWrite | undefined)[]> {
    const names = keys.map((key) => this.nameOf(key));
    const here = names.map((name) => this.#queue.find(name));
    if (this.#queue.findShared === undefined || here.every((write) => write !== undefined)) return here;
    const shared = await this.#queue.findShared(names);
    return here.map((write, index) => later(write, shared[index]));
  }

  #depend(key: K, { value }: PendingWrite): void {
    const space = spaceOf(this.#cache);
    const { clock, log } = space.root;
    const { tagsBefore, tagsAfter, lifetime } = this.#settings;
    const tags = [...tagsBefore(key), ...tagsAfter(key, value as V | undefined)];
    const parts = { value: null, copyOnRead: false, tags, position: log.head, limitAt: Infinity };
    space.use(createEntry(parts, lifetime, clock.now()));
  }
}

function valueOf<V>({ value, copyOnRead }: PendingWrite): V | undefined {
  return (copyOnRead ? copy(value) : value) as V | undefined;
}

function later(one: PendingWrite | undefined, other: PendingWrite | undefined): PendingWrite | undefined {
  return (one?.sequence ?? 0) > (other?.sequence ?? 0) ? one : other;
}
