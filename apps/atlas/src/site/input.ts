import { type LengthUnit, lengthUnits } from '../domain/model.ts';

/** A city's number as it stands in an address, or undefined if it is none. */
export function parseCityId(text: string): number | undefined {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

/** A country's code as it stands in an address, or undefined if it is none. */
export function parseCountryCode(text: string): string | undefined {
  return /^[A-Z]{2}$/.test(text) ? text : undefined;
}

/** A unit of length as it stands in an address, or undefined if it is none. */
export function parseLengthUnit(text: string): LengthUnit | undefined {
  return lengthUnits.find((unit) => unit === text);
}

/** The page that is asked for: the first unless another is named, undefined if that is no page number. */
export function parsePage(parameters: URLSearchParams): number | undefined {
  const text = parameters.get('page') ?? '1';
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined;
}

/** The longest text that can be searched for. */
export const longestSearch = 80;

/** The text that is searched for: empty if there is none, undefined if it cannot be a name. */
export function parseSearch(parameters: URLSearchParams): string | undefined {
  const text = (parameters.get('q') ?? '').trim();
  // U+FFFD stands where percent-encoded bytes were no UTF-8.
  return text.length > longestSearch || /[\p{Cc}\uFFFD]/u.test(text) ? undefined : text;
}

/** The query of a request's URL. */
export function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start));
}

/** Whether a path is one of the pages, each in its only spelling. */
export function isPagePath(path: string): boolean {
  return /^\/(?:|search|favourites|countries\/[A-Z]{2}|cities\/[1-9]\d{0,9})$/.test(path);
}

/** The path to go back to if it is one of the pages, else `fallback`. */
export function safeReturn(parameters: URLSearchParams, fallback: string): string {
  const back = parameters.get('back');
  return back !== null && isPagePath(back) ? back : fallback;
}
