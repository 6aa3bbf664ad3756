/**
 * Header fields as Node writes them: name, value, name, value, … in the order of the message. Names keep their case;
 * a field that is repeated stands there several times.
 */
export type HeaderList = readonly string[];

/** The field's value, all its lines joined with `, ` (RFC 9110, section 5.2); `undefined` if there is none. */
export function headerOf(headers: HeaderList, lowerCaseName: string): string | undefined {
  const lines = headerLines(headers, lowerCaseName);
  return lines.length === 0 ? undefined : lines.join(', ');
}

/** The field's lines. */
export function headerLines(headers: HeaderList, lowerCaseName: string): string[] {
  const lines: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === lowerCaseName) lines.push(headers[i + 1] ?? '');
  }
  return lines;
}

/** The list without the fields of these names. */
export function withoutHeaders(headers: HeaderList, lowerCaseNames: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (!lowerCaseNames.has(name.toLowerCase())) kept.push(name, headers[i + 1] ?? '');
  }
  return kept;
}

/** The elements of a comma-separated field, trimmed, without empty ones. For fields whose elements hold no quotes. */
export function listElements(value: string | undefined): string[] {
  if (value === undefined) return [];
  return value
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
}

/** The elements of a field that lists names, in lower case. */
export function headerNames(value: string | undefined): string[] {
  return listElements(value).map((name) => name.toLowerCase());
}

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** The fields that end with this connection and are never stored (RFC 9111, section 3.1; RFC 9110, section 7.6.1). */
export function hopByHopNames(headers: HeaderList): Set<string> {
  const named = headerNames(headerOf(headers, 'connection'));
  return new Set([...HOP_BY_HOP, ...named]);
}

/**
 * A text without the blanks and tabs around it; other white space is part of a value. A regular expression takes
 * quadratic time for many blanks.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
