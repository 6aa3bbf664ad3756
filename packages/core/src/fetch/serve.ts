import type { MaybePromise } from '../backends/backend.ts';
import { conditionsOf, NO_CONDITIONS } from '../http/conditional.ts';
import type { Fill } from '../http/fill.ts';
import type { HitLearner } from '../http/hit-learner.ts';
import type { HttpCache } from '../http/http-cache.ts';
import type { Lookup } from '../http/lookup.ts';
import type { HttpRequest } from '../http/request.ts';
import { timingOf } from '../http/server-timing.ts';
import { filledAnswer, unavailable } from './answer.ts';
import { deadline } from './deadline.ts';
import type { FetchExchange, HandlerRun } from './exchange.ts';
import { headerList } from './header-list.ts';
import { isRefresh } from './refreshing.ts';
import { toHttpRequest } from './request.ts';
import { isShown } from './request-view.ts';
import { passInto } from './pass-into.ts';
import { isRegular, withFields } from './response.ts';
import { unlessChanged } from './unchanged.ts';
import { type Job, runInto } from './run.ts';

const PAST: HandlerRun = { purpose: 'pass', isAround: () => false, hidesIdentity: false };

/**
 * Answers a request from the cache, or runs the handler and keeps what it answers.
 *
 * @param learner learns from the hits that the backend has at hand
 */
export function serve(
  http: HttpCache,
  exchange: FetchExchange,
  learner?: HitLearner,
): MaybePromise<Response | undefined> {
  const { request } = exchange;
  // What follows a change of protocols is no response.
  if (!isShown(request) && request.headers.get('upgrade') !== null) return exchange.next(request, PAST);
  const asked = toHttpRequest(exchange);
  const found = http.lookup(asked);
  if (found instanceof Promise) return found.then((lookup) => act(http, exchange, asked, lookup));
  if (learner !== undefined && found.kind === 'hit') {
    const note = learner.learning(asked, http, found);
    if (note !== undefined) exchange.onHit?.(unlessChanged(found.response, note));
  }
  return act(http, exchange, asked, found);
}

function act(
  http: HttpCache,
  exchange: FetchExchange,
  asked: HttpRequest,
  lookup: Lookup,
): MaybePromise<Response | undefined> {
  if (lookup.kind === 'bypass') {
    return lookup.pass === undefined ? pass(http, exchange, lookup) : passInto(http, exchange, asked, lookup.pass);
  }
  if (lookup.kind === 'unavailable') return unavailable(`${http.name}; ${lookup.status}`, exchange.above?.());
  const fill = lookup.kind === 'miss' ? lookup.fill : lookup.refresh;
  if (fill !== undefined && (lookup.kind === 'miss' || isRefresh(exchange.request))) {
    const conditions = conditionsOf(asked.header);
    return runInto({ ...jobOf(http, exchange, asked), conditions, purpose: 'fill' }, fill);
  }
  if (fill !== undefined) later(exchange)(refresh(http, exchange, asked, fill));
  return lookup.kind === 'hit' ? filledAnswer(http, exchange, asked, lookup, exchange.above?.()) : undefined;
}

/** Lets a response go out as it is, apart from what tells of the cache. */
async function pass(
  { name, policy }: HttpCache,
  exchange: FetchExchange,
  { status, personal, onHead }: Lookup & { kind: 'bypass' },
): Promise<Response | undefined> {
  const response = await exchange.next(exchange.request, PAST);
  if (response === undefined || !isRegular(response)) return response;
  onHead?.(response.status, headerList(response.headers));
  return withFields(response, (headers) => {
    headers.append('Cache-Status', `${name}; ${status}`);
    if (policy.serverTiming) headers.append('Server-Timing', timingOf(status));
    const silent = !headers.has('cache-control') && !headers.has('expires');
    if (personal && response.status < 400 && policy.mode.completesResponses && silent) {
      headers.set('Cache-Control', 'private, no-cache');
    }
  });
}

/** Runs the handler without a client. Never rejects. */
async function refresh(http: HttpCache, exchange: FetchExchange, asked: HttpRequest, fill: Fill): Promise<void> {
  const given = new AbortController();
  const { signal } = given;
  const expired = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
  const done = deadline(() => given.abort(new Error('The refresh took longer than 30 seconds.')));
  try {
    await Promise.race([expired, refreshed(http, exchange, asked, fill, signal)]);
  } catch (error) {
    http.report('refresh', error);
  } finally {
    done();
    fill.abandon();
  }
}

async function refreshed(
  http: HttpCache,
  exchange: FetchExchange,
  asked: HttpRequest,
  fill: Fill,
  signal: AbortSignal,
): Promise<void> {
  await exchange.beforeRefresh?.();
  if (signal.aborted) return;
  const job: Job = { ...jobOf(http, exchange, asked), conditions: NO_CONDITIONS, purpose: 'refresh', signal };
  const response = await runInto(job, fill);
  await response?.body?.pipeTo(new WritableStream(), { signal });
  await fill.stored;
}

function jobOf(
  http: HttpCache,
  exchange: FetchExchange,
  asked: HttpRequest,
): Omit<Job, 'conditions' | 'purpose' | 'signal'> {
  const above = exchange.above?.();
  // The handler goes on changing them.
  return { http, exchange, asked, above: above === undefined ? above : new Headers(above), defer: later(exchange) };
}

/** Lets work go on that the client does not wait for. */
function later(exchange: FetchExchange): (work: Promise<unknown>) => void {
  return (work) => {
    const safe = work.catch(() => {});
    exchange.defer?.(safe);
  };
}
