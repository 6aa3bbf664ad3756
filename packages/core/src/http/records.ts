import type { HeaderList } from './headers.ts';

/** A response as it is kept and answered. */
export interface StoredResponse {
  readonly kind: 'response';
  readonly status: number;
  /** All end-to-end fields that the handler sent, plus `Date`, `ETag`, `Vary` and `Cache-Control` where they were missing. */
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** Age in seconds that the response had when it was stored. */
  readonly initialAge: number;
  /** How long the handler took, in milliseconds. */
  readonly fillDuration: number;
}

/** Stands under the key of a URL whose responses differ by request fields: which fields make up the secondary key. */
export interface VariantIndex {
  readonly kind: 'variants';
  readonly names: readonly string[];
}

/** Remembers that a URL's responses cannot be stored, so that nobody waits for them: hit-for-miss. */
export interface PassMarker {
  readonly kind: 'pass';
}

export type HttpRecord = StoredResponse | VariantIndex | PassMarker;
