import type { ClientRequest, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { OwnFields } from '../http/response-head.ts';

/**
 * Calls `change` when the head of the response is about to go out, in whichever way the handler sends it: once, or again
 * if Node refused that head. All fields are in the response by then, those given to `writeHead` too, and can still be
 * changed.
 *
 * @param change returns the status to send; `undefined` if the head must not go out, nor any that follows
 */
export function beforeHead(response: ServerResponse, change: (status: number) => number | undefined): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its response below
  const { writeHead } = response;
  let called = false;
  let withheld = false;
  response.writeHead = function patched(this: ServerResponse, status: number, ...rest: unknown[]): ServerResponse {
    if ((called && !withheld) || this.headersSent) {
      return Reflect.apply(writeHead, this, [status, ...rest]) as ServerResponse;
    }
    called = true;
    try {
      const [message, fields] = typeof rest[0] === 'string' ? [rest[0], rest[1]] : [undefined, rest[0]];
      if (fields !== undefined && fields !== null) {
        setFields(this, fields as OutgoingHttpHeaders | OutgoingHttpHeader[]);
      }
      this.statusCode = status;
      if (withheld) return this;
      const changed = change(status);
      if (changed === undefined) {
        withheld = true;
        return this;
      }
      const text = message === undefined || changed !== status ? [] : [message];
      return Reflect.apply(writeHead, this, [changed, ...text]) as ServerResponse;
    } catch (error) {
      // Nothing went out: what the framework answers instead is the head.
      called = false;
      throw error;
    }
  } as ServerResponse['writeHead'];
}

/** The header fields as they would go out now. */
export function headerList(response: ServerResponse): string[] {
  const list: string[] = [];
  for (const name of rawNames(response)) {
    for (const line of lines(response.getHeader(name))) list.push(name, line);
  }
  return list;
}

/** The fields that were not already in `before` with the same value, and the names of those that are gone. */
export function fieldsChangedSince(before: ReadonlyMap<string, string>, response: ServerResponse): OwnFields {
  const set: string[] = [];
  for (const name of rawNames(response)) {
    const value = lines(response.getHeader(name));
    if (before.get(name.toLowerCase()) === value.join('\n')) continue;
    for (const line of value) set.push(name, line);
  }
  return { set, removed: [...before.keys()].filter((name) => !response.hasHeader(name)) };
}

/** The fields that are set now, for `fieldsChangedSince`. */
export function fieldsNow(response: ServerResponse): ReadonlyMap<string, string> {
  return new Map(response.getHeaderNames().map((name) => [name, lines(response.getHeader(name)).join('\n')]));
}

/** Adds an element to a comma-separated field. */
export function appendElement(response: ServerResponse, name: string, element: string): void {
  const present = response.getHeader(name);
  const before = present === undefined ? '' : lines(present).join(', ');
  response.setHeader(name, before === '' ? element : `${before}, ${element}`);
}

/** The fields as they were set, names in their own case. */
export function fieldPairs(response: ServerResponse): [name: string, value: OutgoingHttpHeader][] {
  return rawNames(response).map((name) => [name, response.getHeader(name) ?? '']);
}

/** Node has this on every outgoing message, but documents it for requests only. */
function rawNames(response: ServerResponse): string[] {
  return (response as unknown as Pick<ClientRequest, 'getRawHeaderNames'>).getRawHeaderNames();
}

/** Node takes fields as an object, as a flat list or as a list of pairs. */
function setFields(response: ServerResponse, fields: OutgoingHttpHeaders | OutgoingHttpHeader[]): void {
  if (!Array.isArray(fields)) {
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) response.setHeader(name, value);
    return;
  }
  const pairs = Array.isArray(fields[0]) ? (fields as string[][]) : pairsOf(fields);
  for (const [name = ''] of pairs) response.removeHeader(String(name));
  for (const [name = '', value = ''] of pairs) {
    for (const line of lines(value)) response.appendHeader(String(name), line);
  }
}

function pairsOf(flat: OutgoingHttpHeader[]): [name: string, value: OutgoingHttpHeader][] {
  const pairs: [string, OutgoingHttpHeader][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([String(flat[i]), flat[i + 1] ?? '']);
  return pairs;
}

function lines(value: OutgoingHttpHeader | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}
