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
    const url = this.#policy.query?.apply(request.url) ?? request.url;
    return chain(this.#at(request, url), (found) => {
      if (found.entry !== undefined || !url.includes('?')) return found;
      const rule = this.#read(this.#space.id(searchRuleKey(request, url)));
      return chain(rule, (entry) => {
        const rules = entry?.value.kind === 'search' ? parseNoVarySearch(entry.value.rule) : undefined;
        const canonical = rules === undefined ? url : searchKey(url, rules);
        return canonical === url ? found : this.#at(request, canonical);
      });
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
    const rules = parseNoVarySearch(headerOf(entry.value.headers, 'no-vary-search'));
    const url = this.#policy.query?.apply(request.url) ?? request.url;
    if (rules === undefined || !url.includes('?')) return this.#keepAt(request, place, entry, vary);
    const rule = headerOf(entry.value.headers, 'no-vary-search') ?? '';
    const marker = this.#marker({ kind: 'search', rule }, entry.deleteAt - entry.storedAt);
    const id = this.#space.id(requestKey(request, searchKey(url, rules), this.#policy));
    const moved = { id, names: place.names, variantId: this.variantId(request, id, place.names) };
    return chain(this.#keepAt(request, moved, entry, vary), () =>
      this.#space.write(this.#space.id(searchRuleKey(request, url)), marker),
    );
  }

  /** Forgets the response of a place. */
  remove({ variantId }: Place): MaybePromise<unknown> {
    return this.#space.remove(variantId);
  }

  /** The id of the response for the fields of a request. */
  variantId(request: HttpRequest, id: string, names: readonly string[]): string {
    return idOfValues(id, names, this.#values(request, names));
  }

  #keepAt(
    request: HttpRequest,
    place: Place,
    entry: Entry<StoredResponse>,
    vary: readonly string[],
  ): MaybePromise<unknown> {
    const names = [...new Set([...place.names, ...vary])].sort();
    if (names.length === 0) return this.#writeResponse(place.id, entry);
    return chain(this.#read(place.id), (found) => {
      const known = found?.value.kind === 'variants' && sameNames(found.value.names, names) ? found.value.variants : [];
      const values = this.#values(request, names);
      const language = headerOf(entry.value.headers, 'content-language')?.toLowerCase();
      const { kept, dropped } = withVariant(known, { values, language }, this.#policy.maxVariants);
      const lifetime = Math.max(entry.deleteAt, found?.deleteAt ?? 0) - entry.storedAt;
      const index = this.#marker({ kind: 'variants', names, variants: kept }, lifetime);
      for (const variant of dropped) void this.#space.remove(idOfValues(place.id, names, variant.values));
      const written = this.#writeResponse(idOfValues(place.id, names, values), entry);
      return chain(written, () => this.#space.write(place.id, index));
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

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

function recordOf(entry: Entry | undefined): Entry<HttpRecord> | undefined {
  return isHttpRecord(entry?.value) ? (entry as Entry<HttpRecord>) : undefined;
}

function chain<A, B>(value: MaybePromise<A>, then: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return value instanceof Promise ? value.then(then) : then(value);
}
