import { type Backend, type Cache, CacheError, createCache, type LoaderContext } from '../../src/index.ts';
import { type FakeClock, fakeClock } from '../../src/testing/index.ts';
import { type Deferred, deferred, flush } from './deferred.ts';

/** Where a value belongs: a cache, the names of a namespace each followed by `/`, and a key. */
export interface Place {
  readonly cache: 'data' | 'pages';
  readonly path: string;
  readonly key: string;
}

/** A value that tells when its making began, and from what. */
export interface Made {
  readonly place: Place;
  readonly began: number;
  readonly tags: readonly string[];
  readonly inner: Made | null;
}

type Invalidation = { readonly called: number; resolved: number } & (
  | { readonly kind: 'tags'; readonly cache: string; readonly tags: readonly string[] }
  | { readonly kind: 'clear'; readonly cache: string; readonly path: string }
  | { readonly kind: 'key'; readonly place: Place }
);

interface RunningLoad {
  readonly place: Place;
  readonly asked: number;
  readonly context: LoaderContext<Made>;
  readonly tags: string[];
  readonly gate: Deferred<void>;
}

const samePlace = (a: Place, b: Place): boolean => a.cache === b.cache && a.path === b.path && a.key === b.key;

/** Whether what is wrong with a value also is wrong with what was made from it: not so for keys. */
function concerns(invalidation: Invalidation, made: Made, outermost = true): boolean {
  if (made.inner !== null && concerns(invalidation, made.inner, false)) return true;
  if (invalidation.kind === 'key') return outermost && samePlace(invalidation.place, made.place);
  if (invalidation.cache !== made.place.cache) return false;
  if (invalidation.kind === 'clear') return made.place.path.startsWith(invalidation.path);
  return made.tags.some((tag) => invalidation.tags.includes(tag));
}

/** When the making of the oldest part began that the invalidation concerns. */
function beganOf(invalidation: Invalidation, made: Made, outermost = true): number {
  const inner = made.inner === null ? Infinity : beganOf(invalidation, made.inner, false);
  const own = concerns(invalidation, { ...made, inner: null }, outermost) ? made.began : Infinity;
  return Math.min(own, inner);
}

/** The error with which a test lets a load fail. */
class LoadFailed extends Error {}

/**
 * Two caches in which loads, invalidations and readers overlap in any way, and an observer who knows when each began.
 * `violations` lists what a reader got that laws 9, 10 or 12 forbid.
 */
export class CoherenceWorld {
  readonly violations: string[] = [];
  readonly clock: FakeClock = fakeClock();
  readonly #caches: Readonly<Record<Place['cache'], Cache>>;
  readonly #invalidations: Invalidation[] = [];
  readonly #loads: RunningLoad[] = [];
  readonly #controllers: AbortController[] = [];
  #time = 0;
  #waiting = 0;

  constructor(makeBackend: () => Backend) {
    const options = { clock: this.clock, ttl: '5s', staleWhileRevalidate: '10s', staleIfError: '20s' } as const;
    this.#caches = {
      data: createCache({ ...options, name: 'data', backend: makeBackend() }),
      pages: createCache({ ...options, name: 'pages', backend: makeBackend() }),
    };
  }

  /** Reads or loads a value; one of a page is made from the value at `inner`. */
  call(place: Place, tags: readonly string[], inner?: Place): void {
    const controller = new AbortController();
    this.#controllers.push(controller);
    void this.#observe((asked) => this.#getOrSet(place, asked, tags, inner, controller.signal));
  }

  get(place: Place): void {
    void this.#observe(() => this.#space(place).get<Made>(place.key));
  }

  set(place: Place, tags: readonly string[]): void {
    // What is written is as new as the moment in which it replaces what was there.
    this.#invalidate({ kind: 'key', place }, (began) => {
      return this.#space(place).set<Made>(place.key, { place, began, tags, inner: null }, { tags });
    });
  }

  delete(place: Place): void {
    this.#invalidate({ kind: 'key', place }, () => this.#space(place).delete(place.key));
  }

  invalidateTags(cache: Place['cache'], tags: readonly string[]): void {
    this.#invalidate({ kind: 'tags', cache, tags }, () => this.#caches[cache].invalidateTags(tags));
  }

  clear(cache: Place['cache'], path: string): void {
    this.#invalidate({ kind: 'clear', cache, path }, () => this.#space({ cache, path, key: '' }).clear());
  }

  tag(index: number, tag: string): void {
    const load = this.#loads[index % this.#loads.length];
    load?.tags.push(tag);
    load?.context.tag(tag);
  }

  end(index: number, how: 'finish' | 'fail'): void {
    const [load] = this.#loads.length === 0 ? [] : this.#loads.splice(index % this.#loads.length, 1);
    if (how === 'finish') load?.gate.resolve();
    else load?.gate.reject(new LoadFailed('as the test wants'));
  }

  abort(index: number): void {
    this.#controllers[index % this.#controllers.length]?.abort(new LoadFailed('aborted'));
  }

  /** Ends all loads until nobody waits, then lets a last reader look at each place. */
  async settle(places: readonly Place[]): Promise<void> {
    for (let round = 0; round < 50 && (this.#waiting > 0 || this.#loads.length > 0); round += 1) {
      while (this.#loads.length > 0) this.end(0, 'finish');
      await flush();
    }
    if (this.#waiting > 0) this.violations.push(`${this.#waiting} calls never ended`);
    for (const place of places) this.get(place);
    await flush();
  }

  async #getOrSet(
    place: Place,
    asked: number,
    tags: readonly string[],
    inner?: Place,
    signal?: AbortSignal,
  ): Promise<Made> {
    const load = async (context: LoaderContext<Made>): Promise<Made> => {
      const began = this.#tick();
      const running = { place, asked, context, tags: [...tags], gate: deferred<void>() };
      this.#expectOnlyLoad(running);
      this.#loads.push(running);
      const part = inner && this.#observe((innerAsked) => this.#getOrSet(inner, innerAsked, ['t']));
      await running.gate.promise;
      return { place, began, tags: running.tags, inner: (await part) ?? null };
    };
    const options = { tags, ...(signal && { signal }) };
    return this.#space(place).getOrSet<Made>(place.key, load, options);
  }

  /** Waits for what a reader gets and notes it if it is older than an invalidation that was over before it asked. */
  #observe(read: (asked: number) => Promise<Made | undefined>): Promise<Made | undefined> {
    const asked = this.#tick();
    this.#waiting += 1;
    const outcome = read(asked).finally(() => {
      this.#waiting -= 1;
    });
    outcome.then(
      (made) => made && this.#check(made, asked),
      (error: unknown) => {
        const expected =
          error instanceof LoadFailed || (error instanceof CacheError && error.code === 'ERR_CACHE_LOAD_TIMEOUT');
        if (!expected) this.violations.push(`unexpected ${String(error)}`);
      },
    );
    return outcome;
  }

  #check(made: Made, asked: number): void {
    const missed = this.#invalidations.find((each) => each.resolved < asked && beganOf(each, made) < each.called);
    if (missed === undefined) return;
    this.violations.push(`asked at ${asked}, got ${JSON.stringify(made)} in spite of ${JSON.stringify(missed)}`);
  }

  #expectOnlyLoad({ place, asked }: RunningLoad): void {
    const other = this.#loads.find((each) => samePlace(each.place, place) && !each.context.signal.aborted);
    if (other === undefined || this.#invalidations.some((each) => each.called > other.asked)) return;
    this.violations.push(`two loads of ${JSON.stringify(place)}, asked for at ${other.asked} and ${asked}`);
  }

  #invalidate<I extends object>(what: I, work: (called: number) => Promise<unknown>): void {
    const called = this.#tick();
    const invalidation = { ...what, called, resolved: Infinity } as unknown as Invalidation;
    this.#invalidations.push(invalidation);
    void work(called).then(() => {
      invalidation.resolved = this.#tick();
    });
  }

  #space({ cache, path }: Place): Cache {
    const names = path.split('/').filter((name) => name !== '');
    return names.reduce((around, name) => around.namespace(name), this.#caches[cache]);
  }

  #tick(): number {
    this.#time += 1;
    return this.#time;
  }
}
