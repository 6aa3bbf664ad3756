import type { IncomingMessage, ServerResponse } from 'node:http';
import { isNotModified, leftOutOf304 } from '../http/conditional.ts';
import { type HeaderList, headerOf, withoutHeaders } from '../http/headers.ts';
import type { StoredResponse } from '../http/records.ts';
import { appendElement, setFieldList, timingOf } from './response-head.ts';

/** A stored response on its way out. */
export interface Reply {
  readonly response: StoredResponse;
  /** In seconds. */
  readonly age: number;
  /** Parameters of this cache's member of `Cache-Status`. */
  readonly status: string;
  readonly cacheName: string;
  readonly serverTiming: boolean;
}

/** Answers a GET or HEAD with a stored response, or with 304 where the client has it already. */
export function reply(request: IncomingMessage, target: ServerResponse, answer: Reply): void {
  const { response, age, status } = answer;
  const conditions = {
    ifNoneMatch: request.headers['if-none-match'],
    ifModifiedSince: request.headers['if-modified-since'],
  };
  const unchanged = response.status === 200 && isNotModified(conditions, response.headers);
  const fields = unchanged ? withoutHeaders(response.headers, leftOutOf304(response.headers)) : response.headers;
  for (const name of response.removed) target.removeHeader(name);
  target.statusCode = unchanged ? 304 : response.status;
  const bodiless = unchanged || response.status === 204;
  const added = ['Age', String(age), 'Cache-Status', `${answer.cacheName}; ${status}`];
  if (answer.serverTiming) added.push('Server-Timing', serverTiming(answer));
  if (!bodiless) added.push('Content-Length', String(response.body.byteLength));
  // Node keeps repeated fields of a flat list only if no field was set before; then it is the fastest way.
  if (target.getHeaderNames().length === 0) target.writeHead(target.statusCode, [...fields, ...added]);
  else merge(target, fields, added);
  if (bodiless || request.method === 'HEAD') target.end();
  else target.end(response.body);
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
  return `${timingOf(status)}, age;dur=${age * 1000}, fill;dur=${response.fillDuration}`;
}
