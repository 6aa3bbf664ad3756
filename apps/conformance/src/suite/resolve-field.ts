import { httpDate, rfc850Date } from './http-date.ts';
import type { TestRequest } from './model.ts';

const DATES: ReadonlySet<string> = new Set([
  'date',
  'expires',
  'last-modified',
  'if-modified-since',
  'if-unmodified-since',
]);
const LOCATIONS: ReadonlySet<string> = new Set(['location', 'content-location']);

/** What the values of a test are relative to. */
export interface Reference {
  /** The origin's clock, in milliseconds; not a number if it is not known. */
  readonly now: number;
  /** The URL that the origin was asked for. */
  readonly url: string;
}

/** The value of a field as it is sent: numbers of date fields become dates, locations begin with the URL of the request. */
export function resolveField(
  name: string,
  value: string | number,
  request: TestRequest,
  { now, url }: Reference,
): string {
  const lowerCase = name.toLowerCase();
  if (typeof value === 'number') {
    if (!DATES.has(lowerCase) || Number.isNaN(now)) return String(value);
    const instant = now + value * 1000;
    return request.rfc850date?.includes(lowerCase) === true ? rfc850Date(instant) : httpDate(instant);
  }
  if (request.magic_locations !== true || !LOCATIONS.has(lowerCase)) return value;
  return value === '' ? url : `${url}/${value}`;
}
