import type { ServerResponse } from 'node:http';
import type { HeaderList } from '../http/headers.ts';
import type { StoredResponse } from '../http/records.ts';
import { representationFor } from '../http/representation.ts';
import type { HttpRequest } from '../http/request.ts';
import { storedTimingOf } from '../http/server-timing.ts';
import { unitedVary } from '../http/vary.ts';
import { preparedFields } from './prepared-fields.ts';
import { appendElement, beforeHead, headerList } from './response-head.ts';

/** A stored response on its way out. */
export interface Reply {
  readonly response: StoredResponse;
  /** In milliseconds. */
  readonly age: number;
  /** Parameters of this cache's member of `Cache-Status`. */
  readonly status: string;
  readonly cacheName: string;
  readonly serverTiming: boolean;
  /** Called with the status and all fields before they go out. */
  readonly onFields?: ((status: number, fields: readonly string[]) => void) | undefined;
}

/**
 * Lets a framework send a stored response that middleware above the cache may still look at and change. The status and the
 * fields are in the response; `Content-Length`, and that HEAD has no body, are left to the framework.
 *
 * @returns whether that body is what goes out, asked when its head does
 */
export type Send = (status: number, body: Uint8Array | undefined) => () => boolean;

/** Answers a GET or HEAD with a stored response, or with 304 where the client has it already. */
export function reply(
  request: Pick<HttpRequest, 'method' | 'header'>,
  target: ServerResponse,
  answer: Reply,
  send?: Send,
): void {
  const { response, age } = answer;
  const { status, headers, body } = representationFor(request, response);
  for (const name of response.removed) target.removeHeader(name);
  target.statusCode = status;
  const cacheStatus = `${answer.cacheName}; ${answer.status}`;
  const ageSeconds = String(Math.floor(age / 1000));
  const isBare = target.getHeaderNames().length === 0;
  if (isBare && !answer.serverTiming && send === undefined) {
    // Node keeps repeated fields of a flat list only if no field was set before; then it is the fastest way.
    const fields = [...headers, 'Age', ageSeconds, 'Cache-Status', cacheStatus];
    if (body !== undefined) fields.push('Content-Length', String(body.byteLength));
    answer.onFields?.(status, fields);
    target.writeHead(status, fields);
  } else {
    merge(target, headers);
    target.setHeader('Age', ageSeconds);
    appendElement(target, 'Cache-Status', cacheStatus);
    if (answer.serverTiming) appendElement(target, 'Server-Timing', storedTimingOf(answer.status, age, response));
    if (send !== undefined) return sendLater(target, send(status, body), answer.onFields);
    if (body !== undefined) target.setHeader('Content-Length', body.byteLength);
    answer.onFields?.(status, headerList(target));
  }
  if (body === undefined || request.method === 'HEAD') target.end();
  else target.end(body);
}

function sendLater(target: ServerResponse, isSent: () => boolean, onFields: Reply['onFields']): void {
  if (onFields === undefined) return;
  beforeHead(target, (status) => {
    if (isSent()) onFields(status, headerList(target));
    return status;
  });
}

/** Answers 504 to a client that wants nothing but a stored response (RFC 9111, section 5.2.1.7). */
export function replyUnavailable(target: ServerResponse, cacheStatus: string): void {
  target.statusCode = 504;
  appendElement(target, 'Cache-Status', cacheStatus);
  target.setHeader('Content-Length', '0');
  target.end();
}

/** Adds the fields of a stored response to those that middleware above the cache has set. */
function merge(target: ServerResponse, headers: HeaderList): void {
  const { grouped, vary } = preparedFields(headers);
  const above = vary === undefined ? undefined : target.getHeader('vary');
  for (const [name, value] of grouped) target.setHeader(name, value);
  if (above !== undefined && vary !== undefined) target.setHeader('Vary', unitedVary([above].flat().map(String), vary));
}
