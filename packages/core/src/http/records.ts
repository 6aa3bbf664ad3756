import type { HeaderList } from './headers.ts';

/** A response as it is kept and answered. */
export interface StoredResponse {
  readonly kind: 'response';
  readonly status: number;
  /** All end-to-end fields that the handler sent, plus `Date`, `ETag`, `Vary` and `Cache-Control` where they were missing. */
  readonly headers: HeaderList;
  /** Names of fields, set above the cache, that the handler took away. */
  readonly removed: readonly string[];
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

/** Whether what a backend returned is one of these at all. */
export function isHttpRecord(value: unknown): value is HttpRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<Record<keyof StoredResponse | keyof VariantIndex, unknown>>;
  if (record.kind === 'pass') return true;
  if (record.kind === 'variants') return isListOfText(record.names);
  return (
    record.kind === 'response' &&
    Number.isInteger(record.status) &&
    Array.isArray(record.headers) &&
    Array.isArray(record.removed) &&
    record.body instanceof Uint8Array &&
    typeof record.initialAge === 'number'
  );
}

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
