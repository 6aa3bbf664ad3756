import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MaybePromise } from '../backends/backend.ts';
import { type Conditions, conditionsOf, NO_CONDITIONS } from '../http/conditional.ts';
import { visibleCookies } from '../http/cookies.ts';
import type { Fill } from '../http/fill.ts';
import { HIDDEN_PAST_THE_CACHE, type HoledPass } from '../http/holed-pass.ts';
import type { HttpCache } from '../http/http-cache.ts';
import type { Lookup } from '../http/lookup.ts';
import type { StoredResponse } from '../http/records.ts';
import type { HttpRequest } from '../http/request.ts';
import { timingOf } from '../http/server-timing.ts';
import { capture, type CaptureContext, type HandlerRun } from './capture.ts';
import type { FastPath } from './fast-path.ts';
import { hideLearned } from './framework-request.ts';
import { keepInTable } from './property-table.ts';
import { type Reply, reply, replyUnavailable, type Send } from './reply.ts';
import { rerun } from './rerun.ts';
import { type RequestFacts, toHttpRequest } from './request.ts';
import { changeFields, rememberFields } from './request-fields.ts';
import { watchHeaders } from './request-view.ts';
import { mute } from './response-control.ts';
import { appendElement, beforeHead, headerList } from './response-head.ts';

/** One request on its way through a cache in a framework that works on Node's own messages. */
export interface Exchange<Context = unknown> extends RequestFacts {
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
   * Called where `next` is not, once the response is answered: for a framework that answers after its handlers. What it
   * then does to the response goes nowhere.
   */
  readonly onAnswered?: () => void;
  /** What functions that fill holes are given of the framework. Default: the request. */
  readonly context?: Context;
  /** The objects on which middleware above the cache leaves who is asking and what cookies there are. Default: the request. */
  readonly holders?: () => readonly object[];
  /** Has the framework answer an error when its handlers are through: the page has a hole that was not filled. Default: `next`. */
  readonly fail?: (error: unknown) => void;
}

/**
 * Answers a request from the cache, or runs the handler and keeps what it answers.
 *
 * @param fastPath learns the hits that the backend has at hand
 */
export function serve(http: HttpCache, exchange: Exchange, fastPath?: FastPath): void {
  keepInTable(exchange.request, exchange.response);
  const asked = toHttpRequest(exchange.request, exchange);
  const found = http.lookup(asked);
  const acted =
    found instanceof Promise
      ? found.then((lookup) => act(http, exchange, asked, lookup))
      : act(http, exchange, asked, found, fastPath);
  if (acted instanceof Promise) acted.catch(exchange.next).finally(exchange.onDecided);
  else exchange.onDecided?.();
}

function act(
  http: HttpCache,
  exchange: Exchange,
  asked: HttpRequest,
  lookup: Lookup,
  fastPath?: FastPath,
): MaybePromise<void> {
  const { response } = exchange;
  if (lookup.kind === 'bypass') {
    if (lookup.pass === undefined) pass(http, exchange, lookup);
    else passInto(http, exchange, asked, lookup.pass);
  } else if (response.headersSent) {
    // Something above the cache has answered while the request waited.
    if (lookup.kind !== 'unavailable') (lookup.kind === 'hit' ? lookup.refresh : lookup.fill)?.abandon();
    answered(exchange);
  } else if (lookup.kind === 'unavailable') {
    replyUnavailable(response, `${http.name}; ${lookup.status}`);
    answered(exchange);
  } else if (lookup.kind === 'hit') {
    return answerHit(http, exchange, asked, lookup, fastPath);
  } else {
    runInto(http, { exchange, asked, fill: lookup.fill, conditions: conditionsOf(asked.header), hasClient: true });
  }
  return undefined;
}

function answerHit(
  http: HttpCache,
  exchange: Exchange,
  asked: HttpRequest,
  hit: Lookup & { kind: 'hit' },
  fastPath?: FastPath,
): MaybePromise<void> {
  const { refresh } = hit;
  if (refresh !== undefined) {
    const again = { ...exchange, next: exchange.refresh ?? exchange.next };
    rerun(exchange, () =>
      runInto(http, { exchange: again, asked, fill: refresh, conditions: NO_CONDITIONS, hasClient: false }),
    );
  }
  const filled = http.fillHoles(hit.response, asked, contextOf(exchange));
  const send = (response: StoredResponse): void => {
    // Something above the cache may have answered while holes were filled.
    if (!exchange.response.headersSent) {
      const sent = response === hit.response ? hit : { ...hit, response };
      reply(asked, exchange.response, replyOf(http, sent, fastPath?.learning(asked, http, hit)), exchange.send);
    }
    if (refresh === undefined) answered(exchange);
  };
  return filled instanceof Promise ? filled.then(send) : send(filled);
}

function answered({ response, onAnswered }: Exchange): void {
  if (onAnswered === undefined) return;
  mute(response);
  onAnswered();
}

function contextOf({ context, request }: Exchange): unknown {
  return context ?? request;
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

/** Lets a response that may have holes go out past the cache. */
function passInto(http: HttpCache, exchange: Exchange, asked: HttpRequest, sink: HoledPass): void {
  const { request, response, next } = exchange;
  const show = rememberFields(request);
  capture(response, sink, {
    ...captureContext(http, { exchange, asked, hasClient: true }),
    conditions: NO_CONDITIONS,
    again: () => {},
    show,
  });
  changeFields(request, HIDDEN_PAST_THE_CACHE);
  sink.run(() => next());
}

/** A run of the handler whose response may be stored. */
interface Run {
  readonly exchange: Exchange;
  readonly asked: HttpRequest;
  readonly fill: Fill;
  readonly conditions: Conditions;
  /** Whether somebody waits for the answer. */
  readonly hasClient: boolean;
}

/** Runs the handler with the request as the key covers it, and its response going into the fill. */
function runInto(http: HttpCache, job: Run): void {
  const { exchange, asked, fill, conditions } = job;
  const { request, next, comeBack } = exchange;
  const { policy } = http;
  const showFields = rememberFields(request);
  const { url } = request;
  const again = (other: Fill): void => {
    showFields();
    const rerunInto = (from: Exchange['next']): void => {
      runInto(http, { ...job, exchange: { ...exchange, next: from }, fill: other });
    };
    if (comeBack === undefined) rerunInto(next);
    else comeBack(rerunInto);
  };
  const hasHoles = policy.holes !== undefined;
  const showLearned = hideLearned(exchange.holders?.() ?? [request], { cookies: policy.cookies, identity: hasHoles });
  const show = (): void => {
    showLearned();
    showFields();
    if (url !== undefined) request.url = url;
  };
  const run = capture(exchange.response, fill, {
    ...captureContext(http, job),
    conditions,
    again,
    show: hasHoles ? show : () => {},
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

function captureContext(
  http: HttpCache,
  { exchange, asked, hasClient }: Pick<Run, 'exchange' | 'asked' | 'hasClient'>,
): Pick<CaptureContext, 'cacheName' | 'serverTiming' | 'prepare' | 'answer' | 'fail'> {
  return {
    cacheName: http.name,
    serverTiming: http.policy.serverTiming,
    prepare(substitute) {
      // Where there is no client, holes are for nobody.
      if (!hasClient) return substitute;
      const filled = http.fillHoles(substitute.response, asked, contextOf(exchange));
      if (filled instanceof Promise) return filled.then((response) => ({ ...substitute, response }));
      return { ...substitute, response: filled };
    },
    answer: (substitute) => reply(asked, exchange.response, replyOf(http, substitute)),
    fail: exchange.fail ?? exchange.next,
  };
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
