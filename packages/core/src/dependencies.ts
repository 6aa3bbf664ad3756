import { AsyncLocalStorage } from 'node:async_hooks';
import { type Duration, toMilliseconds } from './duration.ts';
import type { Entry } from './entry.ts';
import type { HoleMarks } from './hole-marks.ts';
import type { InvalidationLog } from './invalidation/log.ts';
import { validateTags } from './invalidation/tags.ts';

/**
 * What a value under construction turned out to depend on: the tags and lifetimes of all that was read from a cache
 * while it was made. One is open around each loader and each cached request handler.
 */
export class Dependencies {
  readonly #names = new Set<string>();
  /** Instant after which something inside is no longer fresh. */
  #limitAt = Infinity;
  /** Longest lifetime from the moment of storing, in milliseconds. */
  #maxTtl = Infinity;
  /** Marks the holes of the response that is being made, if it may have any. */
  readonly marks: HoleMarks | undefined;
  readonly #log: InvalidationLog;
  readonly #around: Dependencies | undefined;
  /** Positions that logs had when something of theirs may have been read for the first time; of those that had one. */
  readonly #began = new Map<InvalidationLog, number>();

  /**
   * @param around what is being made around this; it depends on everything that this depends on
   * @param began the position of the log when the making began
   */
  constructor(log: InvalidationLog, around?: Dependencies, marks?: HoleMarks, began?: number) {
    this.#log = log;
    this.#around = around;
    this.#note(log, began);
    this.marks = marks;
  }

  /** All names the value depends on, those of namespaces included. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Adds tags of the value's own; `log` is where they are invalidated. */
  tag(tags: readonly string[], log: InvalidationLog = this.#log): void {
    this.#add(tags, log);
    this.#around?.tag(tags, log);
  }

  /**
   * Hears of what is invalidated in `log` from now on. Called before a value is waited for that may go into this one:
   * if it is invalidated meanwhile, this one must turn out too old as well, for those too who wait for it.
   */
  hear(log: InvalidationLog): void {
    if (log !== this.#log) this.#meet(log);
    this.#around?.hear(log);
  }

  /** The position that `log` had when what goes into this may have been read: what is made of it is no newer. */
  beganIn(log: InvalidationLog): number {
    const began = this.#began.get(log) ?? log.head;
    return Math.min(began, this.#around?.beganIn(log) ?? began);
  }

  /** Notes that a stored entry went into the value. `scopes` are the namespaces it lies in. */
  use(entry: Entry, scopes: readonly string[], log: InvalidationLog): void {
    this.#add(scopes, log);
    this.#add(entry.tags, log);
    this.#limitAt = Math.min(this.#limitAt, entry.staleAt);
    this.#around?.use(entry, scopes, log);
  }

  /** The value lives no longer than this many milliseconds from when it is stored. */
  limit(milliseconds: number): void {
    this.#maxTtl = Math.min(this.#maxTtl, milliseconds);
    this.#around?.limit(milliseconds);
  }

  /** Takes over what another part turned out to depend on that was made for this value among others. */
  include(part: Dependencies): void {
    this.#add(part.names, part.#log);
    this.#limitAt = Math.min(this.#limitAt, part.#limitAt);
    this.#maxTtl = Math.min(this.#maxTtl, part.#maxTtl);
    this.#around?.include(part);
  }

  /** What is made around this is for one client, and must not be stored. */
  limitAround(): void {
    this.#around?.limit(0);
  }

  /** The latest instant at which a value stored now may still be fresh; `-Infinity` if it must not be stored at all. */
  limitFrom(now: number): number {
    return this.#maxTtl === 0 ? -Infinity : Math.min(this.#limitAt, now + this.#maxTtl);
  }

  /** Whether these belong to something that is made for `outer`, or are those of `outer` itself. */
  isWithin(outer: Dependencies): boolean {
    return this === outer || this.#around?.isWithin(outer) === true;
  }

  #meet(log: InvalidationLog): void {
    log.relayTo(this.#log);
    this.#note(log);
  }

  #note(log: InvalidationLog, began?: number): void {
    if (log.ready === undefined && !this.#began.has(log)) this.#began.set(log, began ?? log.head);
  }

  #add(names: readonly string[], log: InvalidationLog): void {
    if (log !== this.#log) this.#meet(log);
    for (const name of names) this.#names.add(log === this.#log ? name : log.nameIn(this.#log, name));
  }
}

const storage = new AsyncLocalStorage<Dependencies>();
let open = 0;

/**
 * The time in which what a value depends on is noted. While one is open anywhere, Node 20 and 22 make every `await` of the
 * process slower, so each must be ended.
 */
export class Collection {
  readonly #dependencies: Dependencies;
  #ended = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    open += 1;
  }

  /** Runs `make` so that whatever it reads from a cache, now and in what it awaits, is noted until the end. */
  run<T>(make: () => T): T {
    return storage.run(this.#dependencies, make);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    open -= 1;
    if (open === 0) disable();
  }
}

function disable(): void {
  try {
    storage.disable();
  } catch {
    // Workers have this in name only, and lose nothing by staying as they are.
  }
}

/** Runs `make` to its end and notes what it reads from a cache. */
export async function collected<T>(dependencies: Dependencies, make: () => T | Promise<T>): Promise<T> {
  const collection = new Collection(dependencies);
  try {
    return await collection.run(make);
  } finally {
    collection.end();
  }
}

/** The innermost value under construction here, if any. */
export function currentDependencies(): Dependencies | undefined {
  return open === 0 ? undefined : storage.getStore();
}

/**
 * Adds tags to the value or response that is being made: the innermost loader or cached request handler around the
 * call. Outside of both it does nothing.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for what is no tag
 * @example
 * app.get('/cities/:id', cacheResponse(cache), (request, response) => {
 *   addTags(`city:${request.params.id}`);
 *   response.json(readCity(request.params.id));
 * });
 */
export function addTags(...tags: string[]): void {
  validateTags(tags);
  currentDependencies()?.tag(tags);
}

/**
 * Shortens the lifetime of the value or response that is being made to at most `max`; 0 says that it must not be stored. Outside of
 * a loader or cached request handler it does nothing.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for what is no duration
 */
export function limitLifetime(max: Duration): void {
  const milliseconds = toMilliseconds(max, 'lifetime');
  currentDependencies()?.limit(milliseconds);
}
