import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Conditions } from '../http/conditional.ts';
import type { Fill } from '../http/fill.ts';
import type { HttpCache, Lookup } from '../http/http-cache.ts';
import { capture } from './capture.ts';
import { reply } from './reply.ts';
import { rerun } from './rerun.ts';
import { type RequestFacts, toHttpRequest } from './request.ts';
import { watchHeaders } from './request-view.ts';
import { appendElement, beforeHead, timingOf } from './response-head.ts';

/** One request on its way through a cache in a framework that works on Node's own messages. */
export interface Exchange extends RequestFacts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Runs what is below the cache, or the error handling of the framework. */
  readonly next: (error?: unknown) => void;
  /** Called before a handler runs whose response may be stored: hides what was parsed above the cache. */
  readonly onFill?: () => void;
}

/** Answers a request from the cache, or runs the handler and keeps what it answers. */
export function serve(http: HttpCache, exchange: Exchange): void {
  const found = http.lookup(toHttpRequest(exchange.request, exchange));
  if (found instanceof Promise) found.then((lookup) => act(http, exchange, lookup)).catch(exchange.next);
  else act(http, exchange, found);
}

function act(http: HttpCache, exchange: Exchange, lookup: Lookup): void {
  const { request, response } = exchange;
  const labels = { cacheName: http.name, serverTiming: http.policy.serverTiming };
  if (lookup.kind === 'bypass') {
    beforeHead(response, (status) => {
      appendElement(response, 'Cache-Status', `${http.name}; ${lookup.status}`);
      if (labels.serverTiming) appendElement(response, 'Server-Timing', timingOf(lookup.status));
      if (lookup.personal && status < 400 && !saysCacheControl(response)) {
        response.setHeader('Cache-Control', 'private, no-cache');
      }
      return status;
    });
    exchange.next();
  } else if (response.headersSent) {
    // Something above the cache has answered while the request waited.
    (lookup.kind === 'hit' ? lookup.refresh : lookup.fill)?.abandon();
  } else if (lookup.kind === 'hit') {
    const { refresh } = lookup;
    if (refresh !== undefined) {
      rerun(exchange, () => runInto(http, exchange, refresh, NO_CONDITIONS));
    }
    reply(request, response, { ...labels, ...lookup });
  } else {
    const conditions = {
      ifNoneMatch: request.headers['if-none-match'],
      ifModifiedSince: request.headers['if-modified-since'],
    };
    runInto(http, exchange, lookup.fill, conditions);
  }
}

/** Runs the handler with the request as the key covers it, and its response going into the fill. */
function runInto(http: HttpCache, exchange: Exchange, fill: Fill, conditions: Conditions): void {
  const { request, response, next } = exchange;
  capture(response, fill, { cacheName: http.name, serverTiming: http.policy.serverTiming, conditions });
  watchHeaders(request, fill.inputs, http.policy.cookies);
  exchange.onFill?.();
  fill.run(() => next());
}

const NO_CONDITIONS: Conditions = { ifNoneMatch: undefined, ifModifiedSince: undefined };

function saysCacheControl(response: ServerResponse): boolean {
  return response.hasHeader('cache-control') || response.hasHeader('expires');
}
