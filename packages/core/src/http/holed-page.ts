import { CacheError } from '../errors.ts';
import type { HoledBody, HoleMarks } from '../hole-marks.ts';
import { type HeaderList, headerOf } from './headers.ts';

/** What a handler that left holes has answered, taken apart; an error if they cannot be found in it. */
export function holedPage(headers: HeaderList, marked: Uint8Array, marks: HoleMarks): HoledBody | CacheError {
  const coding = headerOf(headers, 'content-encoding') ?? 'identity';
  const found = coding !== 'identity' ? `coded (${coding})` : 'a part of a page';
  if (coding !== 'identity' || headerOf(headers, 'content-range') !== undefined) {
    const message = `A page with holes is ${found} below the cache; allowed: whole and uncoded, with compressors above the cache.`;
    return new CacheError('ERR_CACHE_HOLE', message);
  }
  return marks.cut(marked);
}
