import { type Cache, defaultsOf, spaceOf } from '../cache.ts';
import type { Caches } from '../create-caches.ts';
import { currentDependencies } from '../dependencies.ts';
import { invalidOption } from '../errors.ts';
import type { InvalidationLog } from '../invalidation/log.ts';
import { encodeKey, type Key, type KeyPart } from '../key.ts';
import { Space } from '../space.ts';
import { ValueLoads } from '../value-loads.ts';

/** The fragments of a name that are written in one language, by one template. */
interface Edition {
  readonly locale: string | null;
  readonly digest: string | null;
  readonly encode: (varyOn: readonly KeyPart[]) => string;
  /** Ids by the one value that the fragment varies on; `undefined` if they may differ from call to call. */
  readonly ids: Map<KeyPart, string> | undefined;
}

/** Editions that are kept ready; there are as many as templates that have the name, in each language. */
const MAX_EDITIONS = 100;

/** Ids that are kept in all, and how long each may be: to make one takes longer than all else that a hit does. */
const MAX_IDS = 10_000;
const MAX_ID_LENGTH = 500;

/** Where the fragments of one name are kept in a cache. */
export class Shelf {
  readonly space: Space;
  readonly loads: ValueLoads;
  /** Whether entries are kept in this process, so that nobody has to wait for them. */
  readonly isNear: boolean;
  readonly #version: string | null;
  readonly #editions: Edition[] = [];
  readonly #keptId: () => void;
  #last: Edition | undefined;

  /**
   * @param version a part of every key
   * @param keptId called for every id that is kept
   */
  constructor(cache: Cache, name: string, version: string | null, keptId: () => void) {
    const around = spaceOf(cache).inner('fragments');
    this.space = new Space(around.root, [...around.path, name]);
    this.loads = new ValueLoads(this.space, defaultsOf(cache));
    const { shared, persistent } = around.root.store.capabilities;
    this.isNear = !shared && !persistent;
    this.#version = version;
    this.#keptId = keptId;
  }

  /** The key of the fragment that varies on exactly this. */
  key(locale: string | null, digest: string | null, varyOn: readonly KeyPart[]): Key {
    return [locale, digest, this.#version, ...varyOn];
  }

  /** The backend's name for that key. Every hit needs it. */
  id(locale: string | null, digest: string | null, varyOn: readonly KeyPart[]): string {
    const last = this.#last;
    const isLast = last !== undefined && last.digest === digest && last.locale === locale;
    const edition = isLast ? last : this.#edition(locale, digest);
    const value = varyOn[0];
    if (varyOn.length !== 1 || value === undefined) return edition.encode(varyOn);
    const known = edition.ids?.get(value);
    return known ?? this.#keep(edition, value, edition.encode(varyOn));
  }

  forgetIds(): void {
    for (const { ids } of this.#editions) ids?.clear();
  }

  #keep({ ids }: Edition, value: KeyPart, id: string): string {
    if (ids === undefined || id.length > MAX_ID_LENGTH) return id;
    this.#keptId();
    ids.set(value, id);
    return id;
  }

  #edition(locale: string | null, digest: string | null): Edition {
    let edition = this.#editions.find((known) => known.digest === digest && known.locale === locale);
    if (edition === undefined) {
      if (this.#editions.length >= MAX_EDITIONS) this.#editions.length = 0;
      const ids = this.space.root.keyFunction === undefined ? new Map<KeyPart, string>() : undefined;
      edition = { locale, digest, encode: this.space.idsOf([locale, digest, this.#version]), ids };
      this.#editions.push(edition);
    }
    this.#last = edition;
    return edition;
  }
}

/** Shelves of a cache that are kept ready; a name is written in a template, so there are few. */
const MAX_SHELVES = 1_000;

/** The places of fragments in one or several caches: a namespace for each name, so that it can be cleared. */
export class Shelves {
  readonly #caches: ReadonlyMap<string, Cache>;
  readonly #logs: ReadonlySet<InvalidationLog>;
  readonly #default: string;
  readonly #version: string | null;
  readonly #shelves = new Map<string, Map<string, Shelf>>();
  #ids = 0;

  /**
   * @param using which of several caches keeps what names none
   * @param version a part of every key
   */
  constructor(caches: Cache | Caches<string>, using: string | undefined, version: string | undefined) {
    const several: readonly (readonly [string, Cache])[] =
      'names' in caches ? caches.names.map((name) => [name, caches.get(name)]) : [[caches.name, caches]];
    this.#caches = new Map(several);
    this.#logs = new Set(several.map(([, cache]) => spaceOf(cache).root.log));
    this.#default = using ?? several[0]?.[0] ?? '';
    this.#version = version ?? null;
    this.#cache(this.#default);
  }

  /** @throws CacheError `ERR_CACHE_OPTION` for a name that was not given */
  get(name: string, using: string = this.#default): Shelf {
    const known = this.#shelves.get(using)?.get(name);
    if (known !== undefined) return known;
    const shelf = new Shelf(this.#cache(using), name, this.#version, () => this.#countId());
    const shelves = this.#shelves.get(using) ?? new Map<string, Shelf>();
    if (shelves.size >= MAX_SHELVES) shelves.clear();
    this.#shelves.set(using, shelves.set(name, shelf));
    return shelf;
  }

  /** The positions of the logs when what is being made now began, if it is part of something else, or else as they are now. */
  began(): Map<InvalidationLog, number> {
    const dependencies = currentDependencies();
    const began = new Map<InvalidationLog, number>();
    for (const log of this.#logs) {
      if (log.ready === undefined) began.set(log, dependencies?.beganIn(log) ?? log.head);
    }
    return began;
  }

  /** Makes fragments invalid: those of a name that vary on exactly this, or all of that name. */
  async invalidate(name: string, varyOn: readonly KeyPart[] | undefined): Promise<void> {
    const each = [...this.#caches].map(async ([using, cache]) => {
      if (varyOn === undefined) await this.get(name, using).space.clear();
      else await cache.invalidateTags([tagOf(name, varyOn)]);
    });
    await Promise.all(each);
  }

  #countId(): void {
    this.#ids += 1;
    if (this.#ids <= MAX_IDS) return;
    this.#ids = 0;
    for (const shelves of this.#shelves.values()) for (const shelf of shelves.values()) shelf.forgetIds();
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
