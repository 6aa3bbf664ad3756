import { type Cache, spaceOf } from '../cache.ts';
import type { SlowWrite } from '../coordination/single-flight.ts';
import type { Entry } from '../entry.ts';
import type { Key } from '../key.ts';
import type { Space } from '../space.ts';
import { invalidateOrReport, ownTag } from './own-tag.ts';

/**
 * The place of a value while somewhere else is being written what the value is made of. It notices who else writes there meanwhile, in
 * this process and in others: then nobody knows whose write came last, and the place ends empty.
 */
export class Place {
  readonly key: Key;
  /** What was made from the value has this tag. */
  readonly tag: string;
  readonly id: string;
  /** Position of the invalidation log before the write. */
  readonly began: number;
  readonly #space: Space;
  readonly #write: SlowWrite;
  readonly #found: Entry | undefined;

  /** @param found what other processes see there before the write */
  constructor(cache: Cache, { key, id, tag }: Named, write: SlowWrite, found: Entry | undefined, began: number) {
    this.key = key;
    this.id = id;
    this.tag = tag;
    this.#space = spaceOf(cache);
    this.#write = write;
    this.#found = found;
    this.began = began;
  }

  /** Whether what carries one of these tags has been invalidated since the write began. */
  changed(tags: readonly string[]): boolean {
    return this.#space.root.log.changedSince(tags, this.began);
  }

  /** Replaces what is there; with nothing, so that the next reader loads, if the entry is `undefined` or somebody was faster. */
  async put(entry: Entry | undefined): Promise<void> {
    const wanted = this.#write.fenced ? undefined : entry;
    this.#space.fence(this.id);
    const stored = wanted !== undefined && (await this.#store(wanted));
    if (!stored) await this.#space.remove(this.id);
    this.#space.emit(stored ? 'set' : 'delete', this.key);
  }

  end(): void {
    this.#space.root.flights.endWrite(this.id, this.#write);
  }

  async #store(entry: Entry): Promise<boolean> {
    const { shared } = this.#space.root.store.capabilities;
    return shared ? this.#space.replace(this.id, this.#found, entry) : this.#space.write(this.id, entry);
  }
}

interface Named {
  readonly key: Key;
  readonly id: string;
  readonly tag: string;
}

/**
 * Opens the places of keys, before what they are made of is written. Each must be ended.
 *
 * @param began position of the invalidation log before the write. Default: the newest
 * @throws CacheError `ERR_CACHE_KEY`
 */
export async function openPlaces(cache: Cache, keys: readonly Key[], began?: number): Promise<Place[]> {
  const space = spaceOf(cache);
  const { flights, log, store } = space.root;
  const named = keys.map((key) => ({ key, id: space.id(key), tag: ownTag(cache, key) }));
  const writes = named.map(({ id }) => flights.beginWrite(id));
  if (log.ready !== undefined) await space.ready();
  const position = began ?? log.head;
  const found = store.capabilities.shared ? await space.findMany(named.map(({ id }) => id)) : [];
  return named.map(
    (names, index) => new Place(cache, names, writes[index] ?? { fenced: true }, found[index], position),
  );
}

/** `openPlaces` for one. */
export async function openPlace(cache: Cache, key: Key, began?: number): Promise<Place> {
  const [place] = await openPlaces(cache, [key], began);
  if (place === undefined) throw new Error('One key has one place.');
  return place;
}

/**
 * Ends a write of what lies in these places: whatever was made from them is invalid, and each gets its entry.
 *
 * @param entryOf makes the entry, of the newest position of the log; `undefined`: the place shall be empty
 * @param tags what the write has invalidated besides
 */
export async function settle(
  cache: Cache,
  places: readonly Place[],
  entryOf: (place: Place, index: number) => Entry | undefined,
  tags: readonly string[] = [],
): Promise<void> {
  const contested = places.map((place) => place.changed([place.tag]));
  await invalidateOrReport(cache, [...new Set([...places.map(({ tag }) => tag), ...tags])]);
  const putting = places.map(async (place, index) => {
    let entry: Entry | undefined;
    try {
      entry = contested[index] === true ? undefined : entryOf(place, index);
    } finally {
      await place.put(entry);
    }
  });
  await Promise.all(putting);
}
