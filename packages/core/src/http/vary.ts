import { type HeaderList, headerOf, listElements } from './headers.ts';

/** The names in `Vary`, in lower case, sorted, each once; `'*'` if the response cannot be matched to any other request. */
export function varyNames(headers: HeaderList): readonly string[] | '*' {
  const names = listElements(headerOf(headers, 'vary')).map((name) => name.toLowerCase());
  return names.includes('*') ? '*' : [...new Set(names)].sort();
}

/**
 * The part of a key that the named request fields make up (RFC 9111, section 4.1). Two requests have the same text only
 * if they agree in each field; white space around elements does not count.
 */
export function secondaryKey(names: readonly string[], header: (name: string) => string | undefined): string {
  return JSON.stringify(names.map((name) => [name, normalise(header(name))]));
}

function normalise(value: string | undefined): string | null {
  return value === undefined ? null : value.split(',').map(trimBlanks).join(',');
}

/** Blanks and tabs only: other white space is part of a value. A regular expression takes quadratic time for many blanks. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
