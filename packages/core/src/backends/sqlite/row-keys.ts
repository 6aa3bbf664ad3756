// A binding ends a text at NUL, and lone surrogates have no UTF-8: keys with either are kept as JSON.
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\0\u0001\ud800-\udfff]/u;
const ESCAPE = '\u0001';

/** The text under which a database keeps a key: itself, save for characters that would not come back. */
export function toRowKey(prefix: string, key: string): string {
  return UNSAFE.test(key) ? prefix + ESCAPE + JSON.stringify(key) : prefix + key;
}

/** The key that `toRowKey` made this text of. */
export function fromRowKey(prefix: string, rowKey: string): string {
  const key = rowKey.slice(prefix.length);
  return key.startsWith(ESCAPE) ? (JSON.parse(key.slice(1)) as string) : key;
}

/** Texts with which the rows begin whose keys begin with `start`; those with escapes have to be looked through. */
export function rowKeyRanges(prefix: string, start: string): readonly string[] {
  if (start === '') return [prefix];
  return UNSAFE.test(start) ? [prefix + ESCAPE] : [prefix + start, prefix + ESCAPE];
}
