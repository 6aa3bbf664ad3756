import type { MaybePromise } from '../backends/backend.ts';
import { Cache, defaultsOf, spaceOf } from '../cache.ts';
import { currentDependencies, Dependencies } from '../dependencies.ts';
import type { Entry } from '../entry.ts';
import { invalidOption } from '../errors.ts';
import { HoleMarks } from '../hole-marks.ts';
import type { Space } from '../space.ts';
import { type CacheStatus, hitParameters, statusParameters } from './cache-status.ts';
import type { Encoding } from './encoding.ts';
import { Fill, type Filled, type Outcome } from './fill.ts';
import { type Asked, type FilledEntry, type FillFlight, type FillOutcome, Flights } from './fill-flights.ts';
import { fillHoles } from './fill-holes.ts';
import { filledEntry } from './filled-entry.ts';
import { fieldsForHandler } from './handler-fields.ts';
import { headUpdate } from './head-update.ts';
import type { HeaderList } from './headers.ts';
import { HoledPass } from './holed-pass.ts';
import { invalidatedBy } from './invalidation.ts';
import { type Kept, type Lookup, unavailable } from './lookup.ts';
import { type ResolvedPolicy, resolvePolicy, type ResponsePolicy } from './policy.ts';
import type { StoredResponse } from './records.ts';
import { answersRange } from './representation.ts';
import type { HttpRequest } from './request.ts';
import { type Encode, ResponseEncoder } from './response-encoder.ts';
import { type Found, ResponseStore } from './response-store.ts';
import { ageAt, isNewEnough, useOf } from './reuse.ts';

/** How often a request waits for somebody else's response before it runs the handler without asking further. */
const MAX_WAITS = 2;

/** What the engine needs of the platform it runs on. */
export interface Platform {
  /** A strong validator for a body, quotes included; `undefined` if there is no way to make one at once. */
  readonly entityTag: (body: Uint8Array) => string | undefined;
  readonly encode: Encode;
  /** The codings that `encode` can make. Left out: all. */
  readonly encodings?: readonly Encoding[];
}

/**
 * The HTTP cache engine (RFC 9111, shared cache), free of any framework and of I/O: it is asked about a request and says
 * what to do; the adapter does it. It never fails.
 */
export class HttpCache {
  readonly policy: ResolvedPolicy;
  readonly name: string;
  readonly #space: Space;
  readonly #store: ResponseStore;
  readonly #platform: Platform;
  readonly #flights: Flights;
  readonly #encoder: ResponseEncoder | undefined;

  constructor(cache: Cache, policy: ResponsePolicy<never>, platform: Platform) {
    if (!(cache instanceof Cache)) throw invalidOption('cache', cache, 'a cache made by `createCache`');
    this.#space = spaceOf(cache).inner('http', 'library');
    this.#platform = platform;
    this.name = cache.name;
    const resolved = resolvePolicy(policy, defaultsOf(cache).lifetime);
    const encodings = resolved.encodings.filter((coding) => platform.encodings?.includes(coding) ?? true);
    this.policy = { ...resolved, encodings };
    this.#store = new ResponseStore(this.#space, this.policy);
    this.#encoder = encodings.length === 0 ? undefined : new ResponseEncoder(this.#space, encodings, platform.encode);
    this.#flights = new Flights(this.#space.root.clock, this.policy.collapseTimeout);
  }

  /** Decides about a request; at once, unless the backend is asynchronous or another request is making the response. */
  lookup(request: HttpRequest): MaybePromise<Lookup> {
    const reason = this.policy.mode.whyBypass(request, this.policy);
    if (reason !== undefined) return this.#bypass(request, reason);
    if (this.policy.includes?.(request) === false) return this.#bypass(request, 'policy');
    if (request.method === 'POST') return this.#post(request);
    return this.#find({ request, demands: this.policy.mode.demands(request), waits: 0 });
  }

  #bypass(request: HttpRequest, reason: string): Lookup {
    const status = reason === 'method' ? { fwd: 'method' as const } : { fwd: 'bypass' as const, detail: reason };
    const onHead = (code: number, headers: HeaderList): void => {
      void this.#invalidate(request, code, headers);
    };
    return this.#pass(request, { status: statusParameters(status), personal: reason !== 'method', onHead });
  }

  /** Lets the handler answer past the cache. It may leave holes there, too. */
  #pass(request: HttpRequest, bypass: Omit<Lookup & { kind: 'bypass' }, 'kind' | 'pass'>): Lookup {
    const marks = this.#marks();
    if (marks === undefined) return { kind: 'bypass', ...bypass, pass: undefined };
    const dependencies = new Dependencies(this.#space.root.log, currentDependencies(), marks);
    const { method } = request;
    return { kind: 'bypass', ...bypass, pass: new HoledPass({ ...bypass, method, dependencies, marks }) };
  }

  #marks(): HoleMarks | undefined {
    const { holes } = this.policy;
    return holes === undefined ? undefined : new HoleMarks(holes.keys());
  }

  /** The answer to a POST invalidates, and may be what GET gets from then on. */
  #post(request: HttpRequest): MaybePromise<Lookup> {
    const asked = { request, demands: this.policy.mode.demands(request), waits: MAX_WAITS };
    const found = this.#store.find({ ...request, method: 'GET' });
    const open = ({ place }: Found): Lookup => this.#open(asked, { place, entry: undefined }, 'method', 'alone');
    return found instanceof Promise ? found.then(open) : open(found);
  }

  #invalidate(request: HttpRequest, status: number, headers: HeaderList): MaybePromise<void> {
    const names = invalidatedBy(request, status, headers, this.policy.query);
    if (names.length === 0) return undefined;
    const { log } = this.#space.root;
    const published = log.publish(names);
    return published?.catch((error: unknown) => this.#space.report('invalidate', error));
  }

  #find(asked: Asked): MaybePromise<Lookup> {
    const found = this.#store.find(asked.request);
    return found instanceof Promise ? found.then((one) => this.#decide(asked, one)) : this.#decide(asked, found);
  }

  #decide(asked: Asked, found: Found): MaybePromise<Lookup> {
    const { place, entry } = found;
    const missing = place.id === place.variantId ? 'uri-miss' : 'vary-miss';
    if (entry?.value.kind === 'response') return this.#answer(asked, found, entry as Entry<StoredResponse>);
    if (asked.demands.onlyIfCached) return unavailable(missing);
    return this.#miss(asked, found, missing);
  }

  #answer(asked: Asked, found: Found, entry: Entry<StoredResponse>): MaybePromise<Lookup> {
    const { demands, request } = asked;
    const now = this.now();
    const status = hitParameters(Math.floor((entry.staleAt - now) / 1000));
    if (!answersRange(request, entry.value)) {
      return demands.onlyIfCached ? unavailable('partial') : this.#miss(asked, found, 'partial');
    }
    const use = useOf(entry, demands, now);
    if (use === 'answer') return this.#plainHit(asked, found, entry, status, now);
    if (use === 'answer-and-refresh') {
      const refreshing = request.method === 'HEAD' || this.#flights.find(found.place.variantId) !== undefined;
      const refresh = refreshing ? undefined : this.#fill(asked, found, 'stale', 'joined');
      return this.#hit(entry, status, now, refresh);
    }
    if (demands.onlyIfCached) return unavailable('stale');
    return use === 'ask' ? this.#miss(asked, found, 'stale') : this.#open(asked, found, 'request', 'joined');
  }

  /** The entry of a response if it still is where it was and fresh, and if the backend tells at once. */
  freshHit({ id, response }: Kept, now: number): Entry<StoredResponse> | undefined {
    const found = this.#space.find(id);
    if (found === undefined || found instanceof Promise || found.value !== response) return undefined;
    if (response.alwaysValidated || !this.#space.isHit(found, now)) return undefined;
    return found as Entry<StoredResponse>;
  }

  #plainHit(
    { request }: Asked,
    { place }: Found,
    entry: Entry<StoredResponse>,
    status: string,
    now: number,
  ): MaybePromise<Lookup> {
    const kept = { id: place.variantId, response: entry.value };
    const coded = this.#encoder?.forRequest(request, entry, kept.id) ?? entry.value;
    if (coded instanceof Promise) return coded.then((sent) => this.#hit(entry, status, now, undefined, kept, sent));
    return this.#hit(entry, status, now, undefined, kept, coded);
  }

  #hit(
    entry: Entry<StoredResponse>,
    status: string,
    now: number,
    refresh?: Fill,
    kept?: Kept,
    response: StoredResponse = entry.value,
  ): Lookup {
    const around = currentDependencies();
    around?.use(entry, this.#space.scopes, this.#space.root.log);
    if (response.holes === undefined) return { kind: 'hit', status, response, age: ageAt(entry, now), refresh, kept };
    // Filled, it is for one client; and nobody who does not fill it may learn from it.
    around?.limit(0);
    return { kind: 'hit', status, response, age: ageAt(entry, now), refresh, kept: undefined };
  }

  #miss(asked: Asked, found: Found, fwd: Fwd): MaybePromise<Lookup> {
    const { request, waits } = asked;
    if (request.method !== 'GET') return this.#open(asked, found, fwd, 'alone');
    if (request.header('range') !== undefined && found.entry?.value.kind !== 'response') {
      return this.#missOfRange(asked, found, fwd);
    }
    if (found.entry?.value.kind === 'pass') return this.#open(asked, found, fwd, 'alone');
    const flight = waits < MAX_WAITS ? this.#flights.find(found.place.variantId) : undefined;
    if (flight === undefined) return this.#open(asked, found, fwd, 'joined');
    return flight.outcome.then(
      (outcome) => this.#collapse(asked, found, flight, outcome, fwd),
      // Workers end what waits for a request that was cut off.
      () => this.#open(asked, found, fwd, 'joined'),
    );
  }

  #missOfRange(asked: Asked, found: Found, fwd: Fwd): Lookup {
    const { request } = asked;
    if (this.policy.mode.storesParts) return this.#open(asked, found, fwd, 'alone');
    const status = statusParameters({ fwd: 'bypass', detail: 'range' });
    return this.#pass(request, { status, personal: true, onHead: undefined });
  }

  /** What a request that waited does with the other one's response: takes it if it is meant for it, else starts anew. */
  #collapse(asked: Asked, found: Found, flight: FillFlight, outcome: FillOutcome, fwd: Fwd): MaybePromise<Lookup> {
    if (outcome === 'unstorable' || outcome === 'failed') return this.#open(asked, found, fwd, 'alone');
    const again = { ...asked, waits: asked.waits + 1 };
    if (outcome === 'abandoned') return this.#find(again);
    const { entry, vary, isStale } = outcome;
    const usable = isStale || isNewEnough(entry, asked.demands, this.now());
    const meant = this.#store.serves(flight.asked.request, asked.request, entry.value, vary);
    const answers = usable && meant && answersRange(asked.request, entry.value);
    if (!answers || !this.#space.isValid(entry)) return this.#find(again);
    return this.#hit(entry, statusParameters({ fwd, collapsed: true }), this.now());
  }

  #open(asked: Asked, found: Found, fwd: Fwd, company: Company): Lookup {
    if (asked.request.method !== 'HEAD') return { kind: 'miss', fill: this.#fill(asked, found, fwd, company) };
    // The answer to HEAD has no body to store, but tells whether the stored one is still right.
    const stored = responseIn(found);
    const requestedAt = this.now();
    const onHead = (status: number, headers: HeaderList): void => {
      // A handler that sees more than the key covers may say something that is for this client only.
      if (stored === undefined || this.policy.mode.watchesHandler || this.policy.cookies !== undefined) return;
      const { request } = asked;
      const update = headUpdate(stored, { request, status, headers, requestedAt, receivedAt: this.now() }, this.policy);
      if (update !== undefined) void this.#update(asked, found, stored, update);
    };
    return this.#pass(asked.request, { status: statusParameters({ fwd }), personal: false, onHead });
  }

  #fill(asked: Asked, found: Found, fwd: Fwd, company: Company): Fill {
    const { log, clock } = this.#space.root;
    const began = log.head;
    const dependencies = new Dependencies(log, currentDependencies(), this.#marks(), began);
    const flight = company === 'joined' ? this.#flights.open(found.place.variantId, asked) : undefined;
    const { request } = asked;
    const stored = responseIn(found);
    let invalidated: MaybePromise<void>;
    const store = (outcome: Outcome): MaybePromise<unknown> => {
      // What the answer to an unsafe request says is newer than what it invalidates, if nothing else was invalidated.
      const position = request.method === 'POST' && log.head === began + 1 ? log.head : began;
      const ended = this.#outcomeOf(outcome, request, dependencies, position);
      const write = (): MaybePromise<unknown> => this.#storeOutcome(asked, found, ended);
      if (flight === undefined) return write();
      const written = flight.superseded ? undefined : write();
      flight.end(ended, written);
      return written;
    };
    return new Fill({
      policy: this.policy,
      clock,
      dependencies,
      request,
      fwd,
      entityTag: this.#platform.entityTag,
      stored,
      isValid: (entry) => this.#space.isValid(entry),
      fields: fieldsForHandler(request, stored?.value, this.policy),
      again: () => this.#fill(asked, { place: found.place, entry: undefined }, fwd, 'alone'),
      onHead: (status, headers) => {
        invalidated = this.#invalidate(request, status, headers);
      },
      onEnd: (outcome) => (invalidated === undefined ? store(outcome) : invalidated.then(() => store(outcome))),
    });
  }

  #outcomeOf(outcome: Outcome, request: HttpRequest, dependencies: Dependencies, position: number): FillOutcome {
    if (typeof outcome === 'string') return outcome;
    if ('stale' in outcome) return { entry: outcome.stale, vary: [], isStale: true };
    return this.#entryOf(outcome, request, dependencies, position);
  }

  #entryOf(
    filled: Filled,
    request: HttpRequest,
    dependencies: Dependencies,
    position: number,
  ): FilledEntry | 'unstorable' {
    const { query } = this.policy;
    return filledEntry(filled, { request, dependencies, position, query, now: this.now() });
  }

  #storeOutcome(asked: Asked, found: Found, outcome: FillOutcome): MaybePromise<unknown> {
    if (outcome === 'abandoned' || outcome === 'failed') return undefined;
    if (outcome === 'unstorable') return asked.request.method === 'GET' ? this.#store.pass(found.place) : undefined;
    return outcome.isStale ? undefined : this.#store.keep(asked.request, found.place, outcome.entry, outcome.vary);
  }

  /** Does to a stored response what an answer to HEAD says, unless another one has come in its place. */
  async #update(asked: Asked, found: Found, stored: Entry, update: Filled | 'outdated'): Promise<void> {
    const { entry } = await this.#store.find(asked.request);
    if (entry?.storedAt !== stored.storedAt || entry.position !== stored.position) return;
    const dependencies = new Dependencies(this.#space.root.log);
    if (update === 'outdated') await this.#store.remove(found.place);
    else await this.#storeOutcome(asked, found, this.#entryOf(update, asked.request, dependencies, stored.position));
  }

  /**
   * Fills the holes of a response for one request; others it returns as they are, at once. Rejects with what a function of the
   * policy throws, or with a CacheError `ERR_CACHE_HOLE`.
   *
   * @param context what the framework knows of the request
   */
  fillHoles(response: StoredResponse, asked: HttpRequest, context: unknown): MaybePromise<StoredResponse> {
    if (response.holes === undefined) return response;
    const { policy } = this;
    const { entityTag } = this.#platform;
    const report = (operation: string, error: unknown): void => this.report(operation, error);
    return fillHoles(response, asked, context, { policy, clock: this.#space.root.clock, entityTag, report });
  }

  /** Tells listeners of a failure that no client hears of. */
  report(operation: string, error: unknown): void {
    this.#space.report(operation, error);
  }

  /** In milliseconds since 1970. */
  now(): number {
    return this.#space.root.clock.now();
  }
}

type Fwd = NonNullable<CacheStatus['fwd']>;

/** Whether other requests may wait for a fill. */
type Company = 'joined' | 'alone';

function responseIn({ entry }: Found): Entry<StoredResponse> | undefined {
  return entry?.value.kind === 'response' ? (entry as Entry<StoredResponse>) : undefined;
}
