/**
 * Fields a handler whose answer may be stored does not see: the cache answers conditions, ranges and directives to caches
 * itself.
 */
export const HIDDEN_FROM_HANDLER: ReadonlySet<string> = new Set([
  'cache-control',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'pragma',
  'range',
]);

/**
 * Request fields whose reading needs no place in the key. They are part of it (`Host`), or are hidden from a handler
 * whose answer may be stored (those above, undeclared cookies), or requests that carry them never get this far
 * (`Authorization`, bodies).
 */
const NEUTRAL: ReadonlySet<string> = new Set([
  ...HIDDEN_FROM_HANDLER,
  'authorization',
  'content-length',
  'cookie',
  'host',
  'transfer-encoding',
]);

/** Fields with few values in practice: what reads them gets a variant for each. */
const VARIABLE: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'save-data',
  'sec-ch-prefers-color-scheme',
  'sec-ch-ua-mobile',
  // What compression asks for as well.
  'x-no-compression',
  'x-requested-with',
]);

/** What the fields that a handler read mean for storing its answer. */
export interface InputVerdict {
  /** Fields that join the secondary key. */
  readonly vary: readonly string[];
  /** A field that the key does not cover, so that the answer must not be stored. */
  readonly uncovered: string | undefined;
}

/**
 * Judges the fields that a handler read, in lower case. `'*'` stands for having looked at all of them.
 *
 * @param covered fields that the key contains anyway: declared by the policy or named in `Vary`
 */
export function judgeInputs(read: Iterable<string>, covered: ReadonlySet<string>): InputVerdict {
  const vary: string[] = [];
  let uncovered: string | undefined;
  for (const name of read) {
    if (NEUTRAL.has(name) || covered.has(name)) continue;
    if (VARIABLE.has(name)) vary.push(name);
    else uncovered ??= name;
  }
  return { vary: vary.sort(), uncovered };
}
