import type { StoredHole } from '../hole-marks.ts';
import type { Encoding } from './encoding.ts';
import type { HeaderList } from './headers.ts';
import type { PartialContent } from './ranges.ts';

/** How long after it became stale a response may still be answered, and for which reason; in milliseconds. */
export interface StaleWindows {
  /** A server error came instead of a new one (RFC 5861, section 4). */
  readonly ifError: number;
  /** The origin could not be reached: the handler failed, or answered 502 or 504. */
  readonly ifLost: number;
  /** The client said that it takes stale ones (`max-stale`). */
  readonly ifAsked: number;
}

/** A response as it is kept and answered. */
export interface StoredResponse {
  readonly kind: 'response';
  readonly status: number;
  /** All end-to-end fields that the handler sent, plus `Date`, `ETag`, `Vary` and `Cache-Control` where they were missing. */
  readonly headers: HeaderList;
  /** Names of fields, set above the cache, that the handler took away. */
  readonly removed: readonly string[];
  readonly body: Uint8Array;
  /** Which bytes `body` is; `undefined` if it is the whole representation. */
  readonly part: PartialContent | undefined;
  /** The `Range` of the request that a part was the answer to. */
  readonly rangeAsked: string | undefined;
  /** The `ETag` was made by this cache, so that the handler does not know it. */
  readonly madeEntityTag: boolean;
  /** Fields that this cache wrote for its clients, in lower case, and what the handler had said in them. */
  readonly completed?: { readonly names: readonly string[]; readonly before: HeaderList };
  /** Age that the response had when it came, in milliseconds. */
  readonly initialAge: number;
  /** It is never answered without asking the handler first (`no-cache`). */
  readonly alwaysValidated: boolean;
  readonly stale: StaleWindows;
  /** How long the handler took, in milliseconds. */
  readonly fillDuration: number;
  /** Coded forms of the body that were asked for. */
  readonly encoded?: Readonly<Partial<Record<Encoding, Uint8Array>>>;
  /** Places in the body that are filled for each request. It never goes out without that. */
  readonly holes?: readonly StoredHole[];
  /** The places were filled: it is for one client and never stored. `'head'`: without a body, whose length is not known. */
  readonly filled?: 'whole' | 'head';
}

/** One of the responses of a URL. */
export interface Variant {
  /** Normalised values of the fields in `VariantIndex.names`, `null` for a field that the request did not have. */
  readonly values: readonly (string | null)[];
  /** Its `Content-Language` in lower case, if it has one. */
  readonly language: string | undefined;
}

/** Stands under the key of a URL whose responses differ by request fields: which fields make up the secondary key. */
export interface VariantIndex {
  readonly kind: 'variants';
  readonly names: readonly string[];
  /** The most recently stored first. */
  readonly variants: readonly Variant[];
}

/** Remembers that a URL's responses cannot be stored, so that nobody waits for them: hit-for-miss. */
export interface PassMarker {
  readonly kind: 'pass';
}

/** Remembers which part of the query the responses of a path do not differ by (`No-Vary-Search`). */
export interface SearchRule {
  readonly kind: 'search';
  /** The field as it was sent. */
  readonly rule: string;
}

export type HttpRecord = StoredResponse | VariantIndex | PassMarker | SearchRule;

/** Whether what a backend returned is one of these at all. */
export function isHttpRecord(value: unknown): value is HttpRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<Record<keyof StoredResponse | keyof VariantIndex | keyof SearchRule, unknown>>;
  if (record.kind === 'pass') return true;
  if (record.kind === 'search') return typeof record.rule === 'string';
  if (record.kind === 'variants') return isListOfText(record.names) && Array.isArray(record.variants);
  return (
    record.kind === 'response' &&
    Number.isInteger(record.status) &&
    Array.isArray(record.headers) &&
    Array.isArray(record.removed) &&
    record.body instanceof Uint8Array &&
    typeof record.initialAge === 'number' &&
    typeof record.stale === 'object' &&
    record.stale !== null &&
    (record.holes === undefined || isListOfHoles(record.holes))
  );
}

function isListOfHoles(value: unknown): boolean {
  return Array.isArray(value) && value.every((hole: unknown) => isHole(hole));
}

function isHole(value: unknown): boolean {
  const { at, name } = (value ?? {}) as Partial<Record<keyof StoredHole, unknown>>;
  return Number.isInteger(at) && typeof name === 'string';
}

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
