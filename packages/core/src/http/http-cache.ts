import type { MaybePromise } from '../backends/backend.ts';
import { Cache, defaultsOf, spaceOf } from '../cache.ts';
import { currentDependencies, Dependencies } from '../dependencies.ts';
import { ageOf, createEntry, type Entry, isExpired, isFresh } from '../entry.ts';
import { invalidOption } from '../errors.ts';
import type { Space } from '../space.ts';
import { type CacheStatus, statusParameters } from './cache-status.ts';
import { visibleCookies } from './cookies.ts';
import { Fill, type Filled, type Outcome } from './fill.ts';
import { type Asked, type FilledEntry, type FillFlight, type FillOutcome, Flights } from './fill-flights.ts';
import { type ResolvedPolicy, resolvePolicy, type ResponsePolicy } from './policy.ts';
import { type HttpRecord, isHttpRecord, type StoredResponse } from './records.ts';
import { type HttpRequest, whyBypass } from './storability.ts';
import { secondaryKey } from './vary.ts';

/** How long a URL whose response could not be stored is remembered, so that requests for it do not wait for each other. */
const PASS_LIFETIME = { ttl: 10_000, staleWhileRevalidate: 0, staleIfError: 0 };

/** How often a request waits for somebody else's response before it runs the handler without asking further. */
const MAX_WAITS = 2;

/** What is to be done with a request. `status` is this cache's member of `Cache-Status`, without the name. */
export type Lookup =
  /** Run the handler and let the response pass. `personal`: unless it says otherwise, it is for one user only. */
  | { readonly kind: 'bypass'; readonly status: string; readonly personal: boolean }
  /** Answer with a stored response of this age in seconds; then, if there is a `refresh`, run the handler into it. */
  | {
      readonly kind: 'hit';
      readonly status: string;
      readonly response: StoredResponse;
      readonly age: number;
      readonly refresh: Fill | undefined;
    }
  /** Run the handler and push what it answers into the fill. */
  | { readonly kind: 'miss'; readonly fill: Fill };

/** What the engine needs of the platform it runs on. */
export interface Platform {
  /** A strong validator for a body, quotes included. */
  readonly entityTag: (body: Uint8Array) => string;
}

/**
 * The HTTP cache engine (RFC 9111, shared cache, safe defaults), free of any framework and of I/O: it is asked about a
 * request and says what to do; the adapter does it. It never fails.
 */
export class HttpCache {
  readonly policy: ResolvedPolicy;
  readonly name: string;
  readonly #space: Space;
  readonly #platform: Platform;
  readonly #flights: Flights;

  constructor(cache: Cache, policy: ResponsePolicy, platform: Platform) {
    if (!(cache instanceof Cache)) throw invalidOption('cache', cache, 'a cache made by `createCache`');
    this.#space = spaceOf(cache).inner('http', 'library');
    this.#platform = platform;
    this.name = cache.name;
    this.policy = resolvePolicy(policy, defaultsOf(cache).lifetime);
    this.#flights = new Flights(this.#space.root.clock, this.policy.collapseTimeout);
  }

  /** Decides about a request; at once, unless the backend is asynchronous or another request is making the response. */
  lookup(request: HttpRequest): MaybePromise<Lookup> {
    const reason = whyBypass(request, this.policy.cookies !== undefined);
    if (reason === undefined) {
      return this.#find({ request, id: this.#space.id(this.#primaryKey(request)), names: [], waits: 0 });
    }
    const status = reason === 'method' ? { fwd: 'method' as const } : { fwd: 'bypass' as const, detail: reason };
    return { kind: 'bypass', status: statusParameters(status), personal: reason !== 'method' };
  }

  /** Neither a request target nor a host holds a blank, so that the parts cannot run into each other. */
  #primaryKey({ url, scheme, host, header }: HttpRequest): string {
    const { headers, cookies } = this.policy;
    let key = `${url} ${scheme}://${host.toLowerCase()}`;
    if (headers.length > 0) key += ` ${secondaryKey(headers, header)}`;
    if (cookies !== undefined)
      key += ` ${JSON.stringify([cookies, visibleCookies(header('cookie'), cookies) ?? null])}`;
    return key;
  }

  #find(asked: Asked): MaybePromise<Lookup> {
    return this.#read(asked.id, (entry) => {
      if (entry?.value.kind !== 'variants') return this.#decide(asked, asked.id, entry, 'uri-miss');
      const variant = { ...asked, names: entry.value.names };
      const id = variantId(variant, variant.names);
      return this.#read(id, (found) => this.#decide(variant, id, found, 'vary-miss'));
    });
  }

  #read(id: string, then: (entry: Entry<HttpRecord> | undefined) => MaybePromise<Lookup>): MaybePromise<Lookup> {
    const found = this.#space.read(id, this.#now());
    return found instanceof Promise ? found.then((entry) => then(recordOf(entry))) : then(recordOf(found));
  }

  #decide(asked: Asked, id: string, entry: Entry<HttpRecord> | undefined, fwd: Fwd): MaybePromise<Lookup> {
    if (entry?.value.kind === 'pass') return this.#open(asked, id, fwd, 'alone');
    if (entry?.value.kind !== 'response') return this.#miss(asked, id, fwd);
    return this.#answer(asked, id, entry as Entry<StoredResponse>);
  }

  #answer(asked: Asked, id: string, entry: Entry<StoredResponse>): MaybePromise<Lookup> {
    const now = this.#now();
    const ttl = Math.floor((entry.staleAt - now) / 1000);
    if (isFresh(entry, now)) return this.#hit(entry, { hit: true, ttl });
    if (now >= entry.revalidateUntil) return this.#miss(asked, id, 'stale');
    const refreshing = asked.request.method === 'HEAD' || this.#flights.find(id) !== undefined;
    return this.#hit(entry, { hit: true, ttl }, refreshing ? undefined : this.#fill(asked, id, 'stale', 'joined'));
  }

  #hit(entry: Entry<StoredResponse>, status: CacheStatus, refresh?: Fill): Lookup {
    currentDependencies()?.use(entry, this.#space.scopes, this.#space.root.log);
    const age = entry.value.initialAge + Math.floor(ageOf(entry, this.#now()) / 1000);
    return { kind: 'hit', status: statusParameters(status), response: entry.value, age, refresh };
  }

  #miss(asked: Asked, id: string, fwd: Fwd): MaybePromise<Lookup> {
    const flight = asked.waits < MAX_WAITS && asked.request.method === 'GET' ? this.#flights.find(id) : undefined;
    if (flight === undefined) return this.#open(asked, id, fwd, 'joined');
    return flight.outcome.then((outcome) => this.#collapse(asked, id, flight, outcome, fwd));
  }

  /** What a request that waited does with the other one's response: takes it if it is meant for it, else starts anew. */
  #collapse(asked: Asked, id: string, flight: FillFlight, outcome: FillOutcome, fwd: Fwd): MaybePromise<Lookup> {
    if (outcome === 'unstorable' || outcome === 'failed') return this.#open(asked, id, fwd, 'alone');
    const again = { ...asked, names: [], waits: asked.waits + 1 };
    if (outcome === 'abandoned') return this.#find(again);
    const { entry, vary } = outcome;
    const same = variantId(asked, vary) === variantId(flight.asked, vary);
    if (!same || !this.#space.isValid(entry) || !isFresh(entry, this.#now())) return this.#find(again);
    return this.#hit(entry, { fwd, collapsed: true });
  }

  #open(asked: Asked, id: string, fwd: Fwd, company: Company): Lookup {
    // The answer to HEAD has no body to store, and nobody who asks with GET can use it.
    if (asked.request.method === 'HEAD') return { kind: 'bypass', status: statusParameters({ fwd }), personal: false };
    return { kind: 'miss', fill: this.#fill(asked, id, fwd, company) };
  }

  #fill(asked: Asked, id: string, fwd: Fwd, company: Company): Fill {
    const { log, clock } = this.#space.root;
    const position = log.head;
    const dependencies = new Dependencies(log, currentDependencies());
    const flight = company === 'joined' ? this.#flights.open(id, asked) : undefined;
    const onEnd = (outcome: Outcome): void => {
      const ended = typeof outcome === 'string' ? outcome : this.#entryOf(outcome, dependencies, position);
      flight?.end(ended, flight.superseded ? undefined : this.#store(asked, id, ended));
      if (flight === undefined) void this.#store(asked, id, ended);
    };
    const { entityTag } = this.#platform;
    return new Fill({ policy: this.policy, clock, dependencies, fwd, entityTag, onEnd });
  }

  #entryOf(filled: Filled, dependencies: Dependencies, position: number): FilledEntry | 'unstorable' {
    const now = this.#now();
    const { response, vary, lifetime } = filled;
    const parts = {
      value: response,
      tags: [...dependencies.names],
      position,
      limitAt: dependencies.limitFrom(now),
      copyOnRead: false,
    };
    const entry = createEntry(parts, lifetime, now);
    return isExpired(entry, now) ? 'unstorable' : { entry, vary };
  }

  /** The index of variants comes last: who finds it finds the variant. */
  #store(asked: Asked, id: string, outcome: FillOutcome): MaybePromise<unknown> {
    if (outcome === 'abandoned' || outcome === 'failed') return undefined;
    if (outcome === 'unstorable') return this.#write(id, this.#marker({ kind: 'pass' }, PASS_LIFETIME.ttl));
    const { entry, vary } = outcome;
    const names = [...new Set([...asked.names, ...vary])].sort();
    if (names.length === 0) return this.#write(asked.id, entry);
    const index = this.#marker({ kind: 'variants', names }, entry.deleteAt - entry.storedAt);
    const written = this.#write(variantId(asked, names), entry);
    return written instanceof Promise ? written.then(() => this.#write(asked.id, index)) : this.#write(asked.id, index);
  }

  #marker(value: HttpRecord, ttl: number): Entry {
    const parts = { value, tags: [], position: this.#space.root.log.head, limitAt: Infinity, copyOnRead: false };
    return createEntry<HttpRecord>(parts, { ...PASS_LIFETIME, ttl }, this.#now());
  }

  /** Never fails: a space reports failures of the backend itself. */
  #write(id: string, entry: Entry): MaybePromise<boolean> {
    return this.#space.write(id, entry);
  }

  #now(): number {
    return this.#space.root.clock.now();
  }
}

type Fwd = 'uri-miss' | 'vary-miss' | 'stale';

/** Whether other requests may wait for a fill. */
type Company = 'joined' | 'alone';

function recordOf(entry: Entry | undefined): Entry<HttpRecord> | undefined {
  return isHttpRecord(entry?.value) ? (entry as Entry<HttpRecord>) : undefined;
}

function variantId({ id, request }: Asked, names: readonly string[]): string {
  return names.length === 0 ? id : `${id} ${secondaryKey(names, request.header)}`;
}
