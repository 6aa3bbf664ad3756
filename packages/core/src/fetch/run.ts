import type { MaybePromise } from '../backends/backend.ts';
import { type Conditions, isNotModified } from '../http/conditional.ts';
import type { HeadAdditions } from '../http/downstream.ts';
import type { Fill } from '../http/fill.ts';
import type { Failure, RunAgain, Substitute } from '../http/response-sink.ts';
import type { HeaderList } from '../http/headers.ts';
import type { HttpCache } from '../http/http-cache.ts';
import type { HttpRequest } from '../http/request.ts';
import { adding } from './additions.ts';
import { answer, filledAnswer } from './answer.ts';
import { copiedBody, discard, nextPiece, readInto } from './body.ts';
import type { FetchExchange, HandlerRun } from './exchange.ts';
import { fieldsChangedSince, headerList } from './header-list.ts';
import { isRefresh, markRefresh } from './refreshing.ts';
import { shownRequest } from './request-view.ts';
import { isRegular, withFields } from './response.ts';

/** A run of the handler, and for whom. */
export interface Job {
  readonly http: HttpCache;
  readonly exchange: FetchExchange;
  readonly asked: HttpRequest;
  /** The conditions of the client, which the handler does not see. */
  readonly conditions: Conditions;
  /** The fields that were set before. */
  readonly above: Headers | undefined;
  readonly purpose: HandlerRun['purpose'];
  /** Ends the run. */
  readonly signal?: AbortSignal;
  readonly defer: (work: Promise<unknown>) => void;
}

/**
 * Runs the handler with the request as the key covers it. What it answers goes into the fill while it goes out, unless the
 * fill says that something else goes out.
 */
export async function runInto(job: Job, fill: Fill): Promise<Response | undefined> {
  const { http, exchange, purpose } = job;
  try {
    const request = shownRequest(exchange.request, fill, http.policy, job.signal);
    if (purpose === 'refresh' || isRefresh(exchange.request)) markRefresh(request);
    const run = { purpose, isAround: () => fill.isAround, hidesIdentity: http.policy.holes !== undefined };
    return await fill.run(async () => outcome(job, fill, await answered(job, fill, request, run)));
  } catch (error) {
    fill.abandon();
    throw error;
  }
}

/** What the handler answers; if it fails, a stale response if there is one. */
async function answered(
  { http, exchange }: Job,
  fill: Fill,
  request: Request,
  run: HandlerRun,
): Promise<Response | Substitute | undefined> {
  try {
    return await exchange.next(request, run);
  } catch (error) {
    const verdict = fill.head(500, [], { set: [], removed: [] });
    if (verdict.kind !== 'answer') throw error;
    http.report('handler', error);
    return verdict;
  }
}

function outcome(
  job: Job,
  fill: Fill,
  response: Response | Substitute | undefined,
): Response | undefined | Promise<Response | undefined> {
  if (response !== undefined && 'kind' in response) return instead(job, response);
  if (response === undefined || !isRegular(response)) {
    fill.head(200, ['Cache-Control', 'no-store'], { set: [], removed: [] });
    return response;
  }
  const sent = headerList(response.headers);
  const verdict = fill.head(response.status, sent, fieldsChangedSince(headerList(job.above ?? new Headers()), sent));
  if (verdict.kind === 'send') return send(job, fill, response, sent, verdict.additions);
  if (verdict.kind === 'hold') return held(job, fill, response);
  discard(response);
  return instead(job, verdict);
}

function instead(job: Job, verdict: Substitute | RunAgain | Failure): MaybePromise<Response | undefined> {
  if (verdict.kind === 'fail') throw verdict.error;
  if (verdict.kind === 'again') return runInto({ ...job, purpose: 'again' }, verdict.fill);
  const { http, exchange, asked, above, purpose } = job;
  // Where there is no client, holes are for nobody.
  if (purpose === 'refresh') return answer(http, asked, verdict, above);
  return filledAnswer(http, exchange, asked, verdict, above);
}

function send(job: Job, fill: Fill, response: Response, sent: HeaderList, additions: HeadAdditions): Response {
  const { policy } = job.http;
  const { status, statusText, body } = response;
  const add = adding(job.http, additions);
  if (status === 200 && isNotModified(job.conditions, sent)) {
    job.defer(body === null ? ended(fill) : readInto(fill, body.getReader()));
    const headers = new Headers(response.headers);
    add(headers);
    for (const field of ['content-length', 'content-type', 'content-encoding', 'content-language']) {
      headers.delete(field);
    }
    return new Response(null, { status: 304, headers });
  }
  if (body === null) job.defer(ended(fill));
  if (fill.ended || body === null) return withFields(response, add);
  const headers = new Headers(response.headers);
  add(headers);
  return new Response(copiedBody(body, fill, policy.maxBodyBytes, job.defer), { status, statusText, headers });
}

/** Waits for the whole body before it is decided what goes out. */
async function held(job: Job, fill: Fill, response: Response): Promise<Response | undefined> {
  const pieces = response.body?.getReader();
  while (pieces !== undefined && (await nextPiece(pieces, fill)) !== undefined);
  const last = fill.end();
  if (last === undefined) throw new Error('The parts of the response are larger together than what may be stored.');
  return instead(job, last);
}

async function ended(fill: Fill): Promise<void> {
  fill.end();
  await fill.stored;
}
