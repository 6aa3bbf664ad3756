import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Conditions, conditionsOf, NO_CONDITIONS } from '../http/conditional.ts';
import { visibleCookies } from '../http/cookies.ts';
import type { Fill } from '../http/fill.ts';
import type { HttpCache } from '../http/http-cache.ts';
import type { Lookup } from '../http/lookup.ts';
import type { HttpRequest } from '../http/request.ts';
import { timingOf } from '../http/server-timing.ts';
import { capture, type HandlerRun } from './capture.ts';
import type { FastPath } from './fast-path.ts';
import { type Reply, reply, replyUnavailable, type Send } from './reply.ts';
import { rerun } from './rerun.ts';
import { type RequestFacts, toHttpRequest } from './request.ts';
import { changeFields, rememberFields } from './request-fields.ts';
import { watchHeaders } from './request-view.ts';
import { appendElement, beforeHead, headerList } from './response-head.ts';

/** One request on its way through a cache in a framework that works on Node's own messages. */
export interface Exchange extends RequestFacts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Runs what is below the cache, or the error handling of the framework. */
  readonly next: (error?: unknown) => void;
  /** Called before a handler runs whose response may be stored: hides what was parsed above the cache. */
  readonly onFill?: (run: HandlerRun) => void;
  /** Runs what is below the cache after its response is out, with nobody to answer. Default: `next`. */
  readonly refresh?: () => void;
  /** Called when `next` has been called, or will not be called because a stored response goes out. */
  readonly onDecided?: () => void;
  /** How a stored response goes out. Default: at once, to the response itself. */
  readonly send?: Send | undefined;
  /**
   * For a framework whose `next` goes on after what it ran before: comes back to this cache from the start, and calls
   * what it is given with the `next` that it has then.
   */
  readonly comeBack?: (run: (next: Exchange['next']) => void) => void;
  /**
   * Called where `next` is not, once the response is answered: for a framework that answers after its handlers, and must be
   * kept from it. See `muting`.
   */
  readonly onAnswered?: () => void;
}

/**
 * Answers a request from the cache, or runs the handler and keeps what it answers.
 *
 * @param fastPath learns the hits that the backend has at hand
 */
export function serve(http: HttpCache, exchange: Exchange, fastPath?: FastPath): void {
  const asked = toHttpRequest(exchange.request, exchange);
  const found = http.lookup(asked);
  if (found instanceof Promise) {
    found
      .then((lookup) => act(http, exchange, asked, lookup))
      .catch(exchange.next)
      .finally(exchange.onDecided);
  } else {
    act(http, exchange, asked, found, fastPath);
    exchange.onDecided?.();
  }
}

function act(http: HttpCache, exchange: Exchange, asked: HttpRequest, lookup: Lookup, fastPath?: FastPath): void {
  const { response } = exchange;
  if (lookup.kind === 'bypass') {
    pass(http, exchange, lookup);
  } else if (response.headersSent) {
    // Something above the cache has answered while the request waited.
    if (lookup.kind !== 'unavailable') (lookup.kind === 'hit' ? lookup.refresh : lookup.fill)?.abandon();
    exchange.onAnswered?.();
  } else if (lookup.kind === 'unavailable') {
    replyUnavailable(response, `${http.name}; ${lookup.status}`);
    exchange.onAnswered?.();
  } else if (lookup.kind === 'hit') {
    const { refresh } = lookup;
    if (refresh !== undefined) {
      const again = { ...exchange, next: exchange.refresh ?? exchange.next };
      rerun(exchange, () => runInto(http, again, asked, refresh, NO_CONDITIONS));
    }
    reply(asked, response, replyOf(http, lookup, fastPath?.learning(asked, http, lookup)), exchange.send);
    if (refresh === undefined) exchange.onAnswered?.();
  } else {
    runInto(http, exchange, asked, lookup.fill, conditionsOf(asked.header));
  }
}

/** Lets a response go out as it is, apart from what tells of the cache. */
function pass(http: HttpCache, { response, next }: Exchange, lookup: Lookup & { kind: 'bypass' }): void {
  beforeHead(response, (status) => {
    lookup.onHead?.(status, headerList(response));
    appendElement(response, 'Cache-Status', `${http.name}; ${lookup.status}`);
    if (http.policy.serverTiming) appendElement(response, 'Server-Timing', timingOf(lookup.status));
    if (lookup.personal && status < 400 && http.policy.mode.completesResponses && !saysCacheControl(response)) {
      response.setHeader('Cache-Control', 'private, no-cache');
    }
    return status;
  });
  next();
}

/** Runs the handler with the request as the key covers it, and its response going into the fill. */
function runInto(http: HttpCache, exchange: Exchange, asked: HttpRequest, fill: Fill, conditions: Conditions): void {
  const { request, response, next, comeBack } = exchange;
  const { name, policy } = http;
  const showFields = rememberFields(request);
  const again = (other: Fill): void => {
    showFields();
    const run = (from: Exchange['next']): void => {
      runInto(http, { ...exchange, next: from }, asked, other, conditions);
    };
    if (comeBack === undefined) run(next);
    else comeBack(run);
  };
  const run = capture(response, fill, {
    cacheName: name,
    serverTiming: policy.serverTiming,
    conditions,
    answer: (substitute) => reply(asked, response, replyOf(http, substitute)),
    again,
  });
  if (policy.mode.watchesHandler) watchHeaders(request, fill.inputs, policy.cookies, fill.fields);
  else if (policy.cookies === undefined) changeFields(request, fill.fields);
  else {
    const cookie = visibleCookies(asked.header('cookie'), policy.cookies);
    changeFields(request, new Map([...fill.fields, ['cookie', cookie]]));
  }
  if (policy.query !== undefined) request.url = policy.query.apply(request.url ?? '/');
  exchange.onFill?.(run);
  fill.run(() => next());
}

function replyOf(
  { name, policy }: HttpCache,
  { response, age, status }: Pick<Reply, 'response' | 'age' | 'status'>,
  onFields?: Reply['onFields'],
): Reply {
  return { response, age, status, cacheName: name, serverTiming: policy.serverTiming, onFields };
}

function saysCacheControl(response: ServerResponse): boolean {
  return response.hasHeader('cache-control') || response.hasHeader('expires');
}
