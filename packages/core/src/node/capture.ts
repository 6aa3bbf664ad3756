import type { ServerResponse } from 'node:http';
import { type Conditions, isNotModified } from '../http/conditional.ts';
import type { Fill } from '../http/fill.ts';
import { appendElement, beforeHead, fieldsChangedSince, fieldsNow, headerList, timingOf } from './response-head.ts';

/** How a response in the making is labelled. */
export interface CaptureLabels {
  readonly cacheName: string;
  readonly serverTiming: boolean;
  /** The conditions of the client, which the handler does not see. */
  readonly conditions: Conditions;
}

/**
 * Copies what the handler sends into a fill, while it goes out to the client as it comes. A client that leaves does not
 * end the fill as long as the handler goes on.
 */
export function capture(response: ServerResponse, fill: Fill, labels: CaptureLabels): void {
  const before = fieldsNow(response);
  beforeHead(response, (status) => {
    const sent = headerList(response);
    const additions = fill.head(status, sent, fieldsChangedSince(before, response));
    appendElement(response, 'Cache-Status', `${labels.cacheName}; ${additions.status}`);
    if (labels.serverTiming) appendElement(response, 'Server-Timing', timingOf(additions.status));
    if (additions.cacheControl !== undefined) response.setHeader('Cache-Control', additions.cacheControl);
    if (additions.vary !== undefined) response.setHeader('Vary', additions.vary);
    return status === 200 && isNotModified(labels.conditions, sent) ? notModified(response) : status;
  });
  captureBody(response, fill);
  response.once('close', () => {
    // Before the head the handler is still at work and may yet end; after it, its source was cut off with the client.
    if (response.headersSent && !response.writableEnded) fill.abandon();
  });
}

function captureBody(response: ServerResponse, fill: Fill): void {
  // oxlint-disable typescript/unbound-method -- called with their response below
  const { write, end } = response;
  // oxlint-enable typescript/unbound-method
  // Node writes no head for a client that has left, but others may wait for this response.
  const headFirst = (): void => {
    if (response.destroyed && !response.headersSent) response.writeHead(response.statusCode);
  };
  response.write = ((...args: unknown[]): boolean => {
    headFirst();
    const accepted = Reflect.apply(write, response, args) as boolean;
    pushChunk(fill, args);
    return accepted;
  }) as ServerResponse['write'];
  response.end = ((...args: unknown[]): ServerResponse => {
    const again = response.writableEnded;
    headFirst();
    Reflect.apply(end, response, args);
    if (again) return response;
    pushChunk(fill, args);
    fill.end();
    return response;
  }) as ServerResponse['end'];
}

function pushChunk(fill: Fill, [chunk, encoding]: unknown[]): void {
  if (typeof chunk === 'string') {
    fill.chunk(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'));
  } else if (chunk instanceof Uint8Array) fill.chunk(chunk);
}

function notModified(response: ServerResponse): number {
  for (const name of ['content-length', 'content-type', 'content-encoding', 'content-language']) {
    response.removeHeader(name);
  }
  return 304;
}
