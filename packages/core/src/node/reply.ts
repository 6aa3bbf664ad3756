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
  const vary = mergedVary(target, fields);
  setFieldList(target, fields);
  if (vary !== undefined) target.setHeader('Vary', vary);
  target.setHeader('Age', age);
  appendElement(target, 'Cache-Status', `${answer.cacheName}; ${status}`);
  if (answer.serverTiming) appendElement(target, 'Server-Timing', serverTiming(answer));
  target.statusCode = unchanged ? 304 : response.status;
  if (unchanged || response.status === 204) {
    target.end();
    return;
  }
  target.setHeader('Content-Length', response.body.byteLength);
  if (request.method === 'HEAD') target.end();
  else target.end(response.body);
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
