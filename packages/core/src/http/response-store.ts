import type { MaybePromise } from '../backends/backend.ts';
import { createEntry, type Entry } from '../entry.ts';
import type { Space } from '../space.ts';
import { headerOf } from './headers.ts';
import { parseNoVarySearch, searchKey } from './no-vary-search.ts';
import { joinParts } from './parts.ts';
import type { ResolvedPolicy } from './policy.ts';
import { type HttpRecord, isHttpRecord, type StoredResponse, type VariantIndex } from './records.ts';
import { requestKey, searchRuleKey } from './request-key.ts';
import type { HttpRequest } from './request.ts';
import { secondaryKey, secondaryValues, selectVariant, withVariant } from './vary.ts';

/** How long a URL whose response could not be stored is remembered, so that requests for it do not wait for each other. */
const PASS_MILLISECONDS = 10_000;

/** Where the response to a request is kept. */
export interface Place {
  /** The id of the URL and all that the policy declares. */
  readonly id: string;
  /** The id of the response for the fields of this request, as far as it is known which ones count. */
  readonly variantId: string;
  /** Those fields. */
  readonly names: readonly string[];
}

/** What is kept at a place. */
export interface Found {
  readonly place: Place;
  readonly entry: Entry<HttpRecord> | undefined;
}

/** The stored responses of one policy, found by request. Neither reads nor writes ever fail. */
export class ResponseStore {
  readonly #space: Space;
  readonly #policy: ResolvedPolicy;

  constructor(space: Space, policy: ResolvedPolicy) {
    this.#space = space;
    this.#policy = policy;
  }

  /** The place of a request, and what is there. */
  find(request: HttpRequest): MaybePromise<Found> {
    const url = this.#urlOf(request);
    return chain(this.#at(request, url), (found) => {
      if (found.entry !== undefined || !url.includes('?')) return found;
      return chain(this.#read(this.#space.id(searchRuleKey(request, url))), (entry) =>
        entry?.value.kind === 'search' ? this.#bySearchRule(request, found, entry.value.rule) : found,
      );
    });
  }

  /** What is kept for all URLs that the rule calls the same, if it says so itself; else what was found without. */
  #bySearchRule(request: HttpRequest, found: Found, rule: string): MaybePromise<Found> {
    const url = this.#urlOf(request);
    const rules = parseNoVarySearch(rule);
    const canonical = rules === undefined ? url : searchKey(url, rules);
    if (canonical === url) return found;
    return chain(this.#at(request, canonical), (other) => {
      const response = other.entry?.value;
      return response?.kind === 'response' && headerOf(response.headers, 'no-vary-search') === rule ? other : found;
    });
  }

  /** Remembers that the response of this place cannot be stored. */
  pass({ variantId }: Place): MaybePromise<unknown> {
    return this.#space.write(variantId, this.#marker({ kind: 'pass' }, PASS_MILLISECONDS));
  }

  /**
   * Keeps a response. The index of variants comes last: who finds it finds the variant.
   *
   * @param vary request fields that the response differs by
   */
  keep(
    request: HttpRequest,
    place: Place,
    entry: Entry<StoredResponse>,
    vary: readonly string[],
  ): MaybePromise<unknown> {
    const url = this.#urlOf(request);
    const id = this.#idFor(request, entry.value);
    const names = place.id === id ? place.names : chain(this.#read(id), namesOf);
    const written = chain(names, (known) => this.#keepAt(request, id, known, entry, vary));
    const rule = headerOf(entry.value.headers, 'no-vary-search');
    if (parseNoVarySearch(rule) === undefined || !url.includes('?')) return written;
    const marker = this.#marker({ kind: 'search', rule: rule ?? '' }, entry.deleteAt - entry.storedAt);
    return chain(written, () => this.#space.write(this.#space.id(searchRuleKey(request, url)), marker));
  }

  /** Forgets the response of a place. */
  remove({ variantId }: Place): MaybePromise<unknown> {
    return this.#space.remove(variantId);
  }

  /**
   * Whether a response to one request is what the other one gets, too.
   *
   * @param vary request fields that the response differs by
   */
  serves(one: HttpRequest, other: HttpRequest, response: StoredResponse, vary: readonly string[]): boolean {
    const id = (request: HttpRequest): string =>
      idOfValues(this.#idFor(request, response), vary, this.#values(request, vary));
    return id(one) === id(other);
  }

  /** The id under which a response to this request is kept, apart from the request fields that it differs by. */
  #idFor(request: HttpRequest, response: StoredResponse): string {
    const url = this.#urlOf(request);
    const rules = url.includes('?') ? parseNoVarySearch(headerOf(response.headers, 'no-vary-search')) : undefined;
    return this.#space.id(requestKey(request, rules === undefined ? url : searchKey(url, rules), this.#policy));
  }

  #urlOf(request: HttpRequest): string {
    return this.#policy.query?.apply(request.url) ?? request.url;
  }

  #keepAt(
    request: HttpRequest,
    id: string,
    known: readonly string[],
    entry: Entry<StoredResponse>,
    vary: readonly string[],
  ): MaybePromise<unknown> {
    const names = [...new Set([...known, ...vary])].sort();
    if (names.length === 0) return this.#writeResponse(id, entry);
    return chain(this.#read(id), (found) => {
      const others =
        found?.value.kind === 'variants' && sameNames(found.value.names, names) ? found.value.variants : [];
      const values = this.#values(request, names);
      const language = headerOf(entry.value.headers, 'content-language')?.toLowerCase();
      const { kept, dropped } = withVariant(others, { values, language }, this.#policy.maxVariants);
      const lifetime = Math.max(entry.deleteAt, found?.deleteAt ?? 0) - entry.storedAt;
      const index = this.#marker({ kind: 'variants', names, variants: kept }, lifetime);
      for (const variant of dropped) void this.#space.remove(idOfValues(id, names, variant.values));
      const written = this.#writeResponse(idOfValues(id, names, values), entry);
      return chain(written, () => this.#space.write(id, index));
    });
  }

  /** A part does not take the place of a whole response, and is joined to a part that it fits. */
  #writeResponse(id: string, entry: Entry<StoredResponse>): MaybePromise<unknown> {
    if (entry.value.part === undefined) return this.#space.write(id, entry);
    return chain(this.#read(id), (found) => {
      if (found?.value.kind !== 'response') return this.#space.write(id, entry);
      if (found.value.part === undefined && found.staleAt > this.#now()) return false;
      return this.#space.write(id, { ...entry, value: joinParts(found.value, entry.value) ?? entry.value });
    });
  }

  #at(request: HttpRequest, url: string): MaybePromise<Found> {
    const id = this.#space.id(requestKey(request, url, this.#policy));
    return chain(this.#read(id), (entry) => {
      if (entry?.value.kind !== 'variants') return { place: { id, variantId: id, names: [] }, entry };
      const variantId = this.#variantOf(request, id, entry.value);
      const place = { id, variantId, names: entry.value.names };
      return chain(this.#read(variantId), (variant) => ({ place, entry: variant }));
    });
  }

  #variantOf(request: HttpRequest, id: string, index: VariantIndex): string {
    const values = this.#values(request, index.names);
    const selected = this.#policy.mode.selectsByLanguage ? selectVariant(index, values) : values;
    return idOfValues(id, index.names, selected);
  }

  #values(request: HttpRequest, names: readonly string[]): (string | null)[] {
    return secondaryValues(names, request.header, this.#policy.mode.normalise);
  }

  #read(id: string): MaybePromise<Entry<HttpRecord> | undefined> {
    return chain(this.#space.read(id, this.#now()), recordOf);
  }

  #marker(value: HttpRecord, ttl: number): Entry {
    const parts = { value, tags: [], position: this.#space.root.log.head, limitAt: Infinity, copyOnRead: false };
    return createEntry<HttpRecord>(parts, { ttl, staleWhileRevalidate: 0, staleIfError: 0 }, this.#now());
  }

  #now(): number {
    return this.#space.root.clock.now();
  }
}

function idOfValues(id: string, names: readonly string[], values: readonly (string | null)[]): string {
  return names.length === 0 ? id : `${id} ${secondaryKey(names, values)}`;
}

function namesOf(entry: Entry<HttpRecord> | undefined): readonly string[] {
  return entry?.value.kind === 'variants' ? entry.value.names : [];
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

function recordOf(entry: Entry | undefined): Entry<HttpRecord> | undefined {
  return isHttpRecord(entry?.value) ? (entry as Entry<HttpRecord>) : undefined;
}

function chain<A, B>(value: MaybePromise<A>, then: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return value instanceof Promise ? value.then(then) : then(value);
}
