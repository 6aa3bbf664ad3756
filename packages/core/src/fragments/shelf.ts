import { type Cache, defaultsOf, spaceOf } from '../cache.ts';
import type { Caches } from '../create-caches.ts';
import { invalidOption } from '../errors.ts';
import { encodeKey, type KeyPart } from '../key.ts';
import { Space } from '../space.ts';
import { ValueLoads } from '../value-loads.ts';

/** Where the fragments of one name are kept in a cache. */
export interface Shelf {
  readonly space: Space;
  readonly loads: ValueLoads;
  /** Whether entries are kept in this process, so that nobody has to wait for them. */
  readonly isNear: boolean;
}

/** Shelves of a cache that are kept ready; a name is written in a template, so there are few. */
const MAX_SHELVES = 1_000;

/** The places of fragments in one or several caches: a namespace for each name, so that it can be cleared. */
export class Shelves {
  readonly #caches: ReadonlyMap<string, Cache>;
  readonly #default: string;
  readonly #shelves = new Map<string, Map<string, Shelf>>();

  /** @param using which of several caches keeps what names none */
  constructor(caches: Cache | Caches<string>, using: string | undefined) {
    const several: readonly (readonly [string, Cache])[] =
      'names' in caches ? caches.names.map((name) => [name, caches.get(name)]) : [[caches.name, caches]];
    this.#caches = new Map(several);
    this.#default = using ?? several[0]?.[0] ?? '';
    this.#cache(this.#default);
  }

  /** @throws CacheError `ERR_CACHE_OPTION` for a name that was not given */
  get(name: string, using: string = this.#default): Shelf {
    const known = this.#shelves.get(using)?.get(name);
    if (known !== undefined) return known;
    const cache = this.#cache(using);
    const around = spaceOf(cache).inner('fragments');
    const space = new Space(around.root, [...around.path, name]);
    const { shared, persistent } = space.root.store.capabilities;
    const shelf = { space, loads: new ValueLoads(space, defaultsOf(cache)), isNear: !shared && !persistent };
    const shelves = this.#shelves.get(using) ?? new Map<string, Shelf>();
    if (shelves.size >= MAX_SHELVES) shelves.clear();
    this.#shelves.set(using, shelves.set(name, shelf));
    return shelf;
  }

  /** Makes fragments invalid: those of a name that vary on exactly this, or all of that name. */
  async invalidate(name: string, varyOn: readonly KeyPart[] | undefined): Promise<void> {
    const each = [...this.#caches].map(async ([using, cache]) => {
      if (varyOn === undefined) await this.get(name, using).space.clear();
      else await cache.invalidateTags([tagOf(name, varyOn)]);
    });
    await Promise.all(each);
  }

  #cache(name: string): Cache {
    const cache = this.#caches.get(name);
    if (cache === undefined) throw invalidOption('using', name, [...this.#caches.keys()].join(', '));
    return cache;
  }
}

/** What every fragment of this name that varies on this carries, in all locales and of all templates. */
export function tagOf(name: string, varyOn: readonly KeyPart[]): string {
  return `fragment:${encodeKey([name, ...varyOn])}`;
}
