import type { ServerResponse } from 'node:http';
import type { MaybePromise } from '../backends/backend.ts';
import { type Conditions, isNotModified } from '../http/conditional.ts';
import type { Fill } from '../http/fill.ts';
import type { HeadVerdict, ResponseSink, Substitute } from '../http/response-sink.ts';
import type { OwnFields } from '../http/response-head.ts';
import { timingOf } from '../http/server-timing.ts';
import { mute, snapshot } from './response-control.ts';
import { appendElement, beforeHead, fieldPairs, fieldsChangedSince, fieldsNow, headerList } from './response-head.ts';

/** How a response in the making is labelled, and what may happen instead of it. */
export interface CaptureContext {
  readonly cacheName: string;
  readonly serverTiming: boolean;
  /** The conditions of the client, which the handler does not see. */
  readonly conditions: Conditions;
  /** Fills the holes of what goes out instead. */
  readonly prepare: (substitute: Substitute) => MaybePromise<Substitute>;
  /** Sends that. */
  readonly answer: (substitute: Substitute) => void;
  /** Has the framework answer an error: nothing of what the handler sent can go out. */
  readonly fail: (error: unknown) => void;
  /** Called when the handler has ended the response: nobody who looks at the request now has anything to do with what is stored. */
  readonly show: () => void;
  /** Runs the handler once more. */
  readonly again: (fill: Fill) => void;
}

/** A run of a handler whose response goes into a fill, for frameworks that answer after the handler is done. */
export interface HandlerRun {
  /**
   * The handler is done. Fields that change from now on are those of middleware above the cache: sent, but not stored.
   *
   * @param holds asked with the head: whether the body still is the handler's. If not, all that goes out is stored
   */
  settle(holds: () => boolean): void;
  /** What the framework sends will not be what the handler made. */
  abandon(): void;
}

/**
 * Copies what the handler sends into a fill, while it goes out to the client as it comes, unless the fill says that
 * something else goes out. A client that leaves does not end the fill as long as the handler goes on.
 */
export function capture(response: ServerResponse, fill: ResponseSink, context: CaptureContext): HandlerRun {
  const restore = snapshot(response);
  const before = fieldsNow(response);
  let verdict: HeadVerdict | undefined;
  let settled: Settled | undefined;
  /** The status of a head that is held back until the handler ends. */
  let held: number | undefined;
  /** Whether a piece of the body has come that is held back. */
  let hasPiece = false;

  const substitute = (instead: Substitute): void => {
    const above = settled?.holds() === true ? fieldsSetSince(settled.fields, response) : [];
    restore();
    for (const [name, value] of above) response.setHeader(name, value);
    context.answer(instead);
    mute(response);
  };
  const fail = (error: unknown): void => {
    restore();
    context.show();
    context.fail(error);
  };
  const answerInstead = (instead: Substitute): void => {
    if (instead.response.holes !== undefined) context.show();
    const prepared = context.prepare(instead);
    if (prepared instanceof Promise) prepared.then(substitute).catch(fail);
    else substitute(prepared);
  };
  const unsent = (args: unknown[]): void => {
    if (verdict?.kind === 'hold') pushChunk(fill, args);
  };
  /**
   * Gives way to an error, if the handler has failed in the middle of what is held back: the framework finds that nothing was sent, and
   * answers as if it were alone. Tells whether it has.
   */
  const giveWay = (): boolean => {
    if (held === undefined || held === response.statusCode) return false;
    const { statusCode, statusMessage } = response;
    const fields = fieldPairs(response);
    fill.abandon();
    restore();
    for (const [name, value] of fields) response.setHeader(name, value);
    Object.assign(response, { statusCode, statusMessage });
    return true;
  };
  const endUnsent = (): void => {
    held = undefined;
    const last = verdict?.kind === 'hold' ? fill.end() : verdict;
    if (last?.kind === 'again') {
      restore();
      context.again(last.fill);
    } else if (last?.kind === 'fail') fail(last.error);
    else if (last?.kind === 'answer' && verdict?.kind === 'hold') answerInstead(last);
  };

  beforeHead(response, (status) => {
    const own = settled?.holds() === true ? settled.own : fieldsChangedSince(before, response);
    const decided = fill.head(status, headerList(response), own);
    verdict = decided;
    if (decided.kind === 'hold') held = status;
    if (decided.kind === 'answer') answerInstead(decided);
    if (decided.kind !== 'send') return undefined;
    const { additions } = decided;
    const sent = headerList(response);
    appendElement(response, 'Cache-Status', `${context.cacheName}; ${additions.status}`);
    if (context.serverTiming) appendElement(response, 'Server-Timing', timingOf(additions.status));
    if (additions.cacheControl !== undefined) response.setHeader('Cache-Control', additions.cacheControl);
    if (additions.vary !== undefined) response.setHeader('Vary', additions.vary);
    return status === 200 && isNotModified(context.conditions, sent) ? notModified(response) : status;
  });
  /** Whether what the handler sends goes out. Node itself would write the head too late to keep the rest back. */
  const goesOut = (): boolean => {
    if (!response.headersSent && (verdict === undefined || verdict.kind === 'send'))
      response.writeHead(response.statusCode);
    return verdict?.kind === 'send';
  };
  const { write, end, flushHeaders } = methodsOf(response);
  response.write = ((...args: unknown[]): boolean => {
    if (!goesOut()) {
      if (giveWay()) return Reflect.apply(methodsOf(response).write, response, args) as boolean;
      hasPiece = held !== undefined;
      unsent(args);
      return true;
    }
    const accepted = Reflect.apply(write, response, args) as boolean;
    pushChunk(fill, args);
    return accepted;
  }) as ServerResponse['write'];
  response.end = ((...args: unknown[]): ServerResponse => {
    const again = response.writableEnded;
    context.show();
    if (!response.headersSent && verdict === undefined) setLength(response, args);
    if (!goesOut()) {
      if (giveWay()) return Reflect.apply(methodsOf(response).end, response, args) as ServerResponse;
      unsent(args);
      endUnsent();
      return response;
    }
    Reflect.apply(end, response, args);
    if (again) return response;
    pushChunk(fill, args);
    fill.end();
    return response;
  }) as ServerResponse['end'];
  response.flushHeaders = (): void => {
    if (goesOut()) Reflect.apply(flushHeaders, response, []);
  };
  response.once('close', () => {
    // Before the body the handler is still at work and may yet end; after that, its source was cut off with the client.
    const isCut = response.headersSent ? !response.writableEnded : held !== undefined && hasPiece;
    if (isCut) fill.abandon();
  });
  return {
    settle: (holds) => {
      settled = { own: fieldsChangedSince(before, response), fields: fieldsNow(response), holds };
    },
    abandon: () => fill.abandon(),
  };
}

/** How the fields were when the handler was done. */
interface Settled {
  readonly own: OwnFields;
  readonly fields: ReadonlyMap<string, string>;
  readonly holds: () => boolean;
}

/** Fields that middleware above the cache has set since then. */
function fieldsSetSince(fields: ReadonlyMap<string, string>, response: ServerResponse): ReturnType<typeof fieldPairs> {
  const { set } = fieldsChangedSince(fields, response);
  const names = new Set(set.filter((_, index) => index % 2 === 0));
  return fieldPairs(response).filter(([name]) => names.has(name));
}

/** The methods as they are now, to be called with their response. */
function methodsOf(response: ServerResponse): Pick<ServerResponse, 'write' | 'end' | 'flushHeaders'> {
  // oxlint-disable-next-line typescript/unbound-method -- called with their response
  const { write, end, flushHeaders } = response;
  return { write, end, flushHeaders };
}

function pushChunk(fill: ResponseSink, [chunk, encoding]: unknown[]): void {
  if (typeof chunk === 'string') {
    fill.chunk(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'));
  } else if (chunk instanceof Uint8Array) fill.chunk(chunk);
}

/** `Content-Length`, as Node itself adds it to a response that is sent at once. */
function setLength(response: ServerResponse, [chunk, encoding]: unknown[]): void {
  const bodiless = response.req.method === 'HEAD' || response.statusCode === 204 || response.statusCode === 304;
  if (bodiless || response.hasHeader('content-length') || response.hasHeader('transfer-encoding')) return;
  const isText = typeof chunk === 'string';
  if (!isText && !(chunk instanceof Uint8Array)) return;
  const length = isText ? Buffer.byteLength(chunk, encoding as BufferEncoding) : chunk.byteLength;
  response.setHeader('Content-Length', length);
}

function notModified(response: ServerResponse): number {
  for (const name of ['content-length', 'content-type', 'content-encoding', 'content-language']) {
    response.removeHeader(name);
  }
  return 304;
}
