/** A value of a structured field, parameters left out: this library has no use for them. */
export type FieldValue =
  | { readonly type: 'integer'; readonly value: number }
  | { readonly type: 'decimal'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'token'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'date'; readonly value: number }
  | { readonly type: 'display'; readonly value: string }
  | { readonly type: 'list'; readonly value: readonly FieldValue[] };

/**
 * Parses a Dictionary (RFC 9651, section 4.2.2). `undefined` if the text is not well formed, because a structured field
 * is then ignored as a whole.
 */
export function parseDictionary(text: string): ReadonlyMap<string, FieldValue> | undefined {
  const members = new Map<string, FieldValue>();
  return parseMembers(text, (reader) => {
    const key = reader.take(KEY);
    if (key === undefined) return false;
    const value = reader.take(EQUALS) === undefined ? TRUE : memberValue(reader);
    if (value === undefined || !parameters(reader)) return false;
    members.delete(key);
    members.set(key, value);
    return true;
  })
    ? members
    : undefined;
}

/** Parses a List (RFC 9651, section 4.2.1). `undefined` if the text is not well formed. */
export function parseList(text: string): readonly FieldValue[] | undefined {
  const members: FieldValue[] = [];
  return parseMembers(text, (reader) => {
    const value = memberValue(reader);
    if (value === undefined || !parameters(reader)) return false;
    members.push(value);
    return true;
  })
    ? members
    : undefined;
}

const KEY = /[a-z*][a-z0-9_\-.*]*/y;
const EQUALS = /=/y;
const SPACES = / */y;
const BLANKS = /[ \t]*/y;
const COMMA = /,/y;
const SEMICOLON = /;/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;
const NUMBER = /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])/y;
const STRING = /"(?:[ !#-[\]-~]|\\["\\])*"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~\w:/]*/y;
const BYTES = /:[A-Za-z0-9+/=]*:/y;
const BOOLEAN = /\?[01]/y;
const DATE = /@-?\d{1,15}(?![\d.])/y;
const DISPLAY = /%"(?:[ !#$&-~]|%[0-9a-f]{2})*"/y;
const TRUE: FieldValue = { type: 'boolean', value: true };

class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get ended(): boolean {
    return this.#position >= this.#text.length;
  }

  /** What the sticky pattern matches here, and moves past it. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }
}

function parseMembers(text: string, member: (reader: Reader) => boolean): boolean {
  const reader = new Reader(text);
  reader.take(SPACES);
  while (!reader.ended) {
    if (!member(reader)) return false;
    reader.take(BLANKS);
    if (reader.ended) return true;
    if (reader.take(COMMA) === undefined) return false;
    reader.take(BLANKS);
    if (reader.ended) return false;
  }
  return true;
}

function memberValue(reader: Reader): FieldValue | undefined {
  return reader.take(OPEN) === undefined ? bareItem(reader) : innerList(reader);
}

function innerList(reader: Reader): FieldValue | undefined {
  const value: FieldValue[] = [];
  for (;;) {
    const blank = reader.take(SPACES) ?? '';
    if (reader.take(CLOSE) !== undefined) return { type: 'list', value };
    if (value.length > 0 && blank === '') return undefined;
    const item = bareItem(reader);
    if (item === undefined || !parameters(reader)) return undefined;
    value.push(item);
  }
}

function parameters(reader: Reader): boolean {
  while (reader.take(SEMICOLON) !== undefined) {
    reader.take(SPACES);
    if (reader.take(KEY) === undefined) return false;
    if (reader.take(EQUALS) !== undefined && bareItem(reader) === undefined) return false;
  }
  return true;
}

function bareItem(reader: Reader): FieldValue | undefined {
  const number = reader.take(NUMBER);
  if (number !== undefined) return { type: number.includes('.') ? 'decimal' : 'integer', value: Number(number) };
  const string = reader.take(STRING);
  if (string !== undefined) return { type: 'string', value: string.slice(1, -1).replace(/\\(.)/g, '$1') };
  const token = reader.take(TOKEN);
  if (token !== undefined) return { type: 'token', value: token };
  const boolean = reader.take(BOOLEAN);
  if (boolean !== undefined) return { type: 'boolean', value: boolean === '?1' };
  const bytes = reader.take(BYTES);
  if (bytes !== undefined) return { type: 'bytes', value: bytes.slice(1, -1) };
  const date = reader.take(DATE);
  if (date !== undefined) return { type: 'date', value: Number(date.slice(1)) };
  const display = reader.take(DISPLAY);
  return display === undefined ? undefined : displayString(display.slice(2, -1));
}

function displayString(encoded: string): FieldValue | undefined {
  try {
    return { type: 'display', value: decodeURIComponent(encoded) };
  } catch {
    return undefined;
  }
}
