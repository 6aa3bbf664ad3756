import type { ServerResponse } from 'node:http';
import { type HeaderList, headerOf } from '../http/headers.ts';
import type { StoredResponse } from '../http/records.ts';
import { representationFor } from '../http/representation.ts';
import type { HttpRequest } from '../http/request.ts';
import { appendElement, setFieldList, timingOf } from './response-head.ts';

/** A stored response on its way out. */
export interface Reply {
  readonly response: StoredResponse;
  /** In milliseconds. */
  readonly age: number;
  /** Parameters of this cache's member of `Cache-Status`. */
  readonly status: string;
  readonly cacheName: string;
  readonly serverTiming: boolean;
}

/** Answers a GET or HEAD with a stored response, or with 304 where the client has it already. */
export function reply(request: Pick<HttpRequest, 'method' | 'header'>, target: ServerResponse, answer: Reply): void {
  const { response, age, status } = answer;
  const { status: code, headers, body } = representationFor(request, response);
  for (const name of response.removed) target.removeHeader(name);
  target.statusCode = code;
  const added = ['Age', String(Math.floor(age / 1000)), 'Cache-Status', `${answer.cacheName}; ${status}`];
  if (answer.serverTiming) added.push('Server-Timing', serverTiming(answer));
  if (body !== undefined) added.push('Content-Length', String(body.byteLength));
  // Node keeps repeated fields of a flat list only if no field was set before; then it is the fastest way.
  if (target.getHeaderNames().length === 0) target.writeHead(code, [...headers, ...added]);
  else merge(target, headers, added);
  if (body === undefined || request.method === 'HEAD') target.end();
  else target.end(body);
}

/** Answers 504 to a client that wants nothing but a stored response (RFC 9111, section 5.2.1.7). */
export function replyUnavailable(target: ServerResponse, cacheStatus: string): void {
  target.statusCode = 504;
  appendElement(target, 'Cache-Status', cacheStatus);
  target.setHeader('Content-Length', '0');
  target.end();
}

/** Adds the fields to those that middleware above the cache has set. */
function merge(target: ServerResponse, fields: HeaderList, added: readonly string[]): void {
  const vary = mergedVary(target, fields);
  setFieldList(target, fields);
  if (vary !== undefined) target.setHeader('Vary', vary);
  for (let i = 0; i + 1 < added.length; i += 2) {
    const [name = '', value = ''] = added.slice(i, i + 2);
    if (name === 'Cache-Status' || name === 'Server-Timing') appendElement(target, name, value);
    else target.setHeader(name, value);
  }
}

/** What middleware above the cache varies by, and what the stored response does. */
function mergedVary(target: ServerResponse, fields: HeaderList): string | undefined {
  const above = target.getHeader('vary');
  const stored = headerOf(fields, 'vary');
  if (above === undefined || stored === undefined) return undefined;
  const names = [...(Array.isArray(above) ? above : [above]).map(String), stored].join(',').split(',');
  const unique = new Map(names.map((name) => [name.trim().toLowerCase(), name.trim()]));
  return [...unique.values()].join(', ');
}

function serverTiming({ status, age, response }: Reply): string {
  return `${timingOf(status)}, age;dur=${Math.round(age)}, fill;dur=${response.fillDuration}`;
}
