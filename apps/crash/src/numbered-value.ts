import type { State } from './protocol.ts';

/** A value that says what it is, so that a part of another one in it would be seen. */
export interface NumberedValue {
  readonly key: string;
  readonly serial: number;
  readonly text: string;
}

/** The value with this number. @param size characters */
export function numberedValue(key: string, serial: number, size: number): NumberedValue {
  return { key, serial, text: textOf(key, serial, size) };
}

/** What was found under a key: the number of a whole value, a number itself, or what is wrong with it. */
export function stateOf(key: string, found: unknown): State {
  if (found === undefined) return null;
  if (typeof found === 'number') return found;
  if (found instanceof Uint8Array) return stateOfBytes(key, Buffer.from(found).toString());
  const { key: name, serial, text } = found as Partial<NumberedValue>;
  const isWhole = name === key && typeof serial === 'number' && text === textOf(key, serial, text?.length ?? 0);
  return isWhole ? serial : `another value: ${JSON.stringify(found).slice(0, 100)}`;
}

/** What came as a stream: the number, a colon and the text of a value. */
function stateOfBytes(key: string, found: string): State {
  const serial = Number.parseInt(found, 10);
  return stateOf(key, { key, serial, text: found.slice(`${serial}:`.length) });
}

function textOf(key: string, serial: number, size: number): string {
  const word = `${key}:${serial} `;
  return word.repeat(Math.ceil(size / word.length)).slice(0, size);
}
