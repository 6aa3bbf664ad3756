import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher, Pool } from 'undici';
import { answerTo, RequestTooLarge } from './failure.ts';
import { passInterim } from './interim.ts';
import { requestBody } from './request-body.ts';
import { type PassingOn, requestFields } from './request-fields.ts';
import { linesOf, responseFields } from './response-fields.ts';
import { targetOf } from './target.ts';

/** Answers a request with what the origin answers. Works on Node's own messages, so that any framework can call it. */
export type Forward = (request: IncomingMessage, response: ServerResponse) => void;

/** How and how far requests are passed on. */
export interface ForwardOptions extends PassingOn {
  /** Larger request bodies are refused with 413. In bytes. */
  readonly maxRequestBytes: number;
  /** With so many requests waiting for a connection to the origin, more are refused with 503. */
  readonly maxWaiting: number;
}

/** Makes the handler that passes requests on to the origin of the pool. */
export function forwardTo(pool: Pool, options: ForwardOptions): Forward {
  return (request, response) => {
    const target = targetOf(request.url ?? '');
    if (target === undefined) return refuse(response, 400, 'The request target cannot be passed on.');
    if (Number(request.headers['content-length'] ?? 0) > options.maxRequestBytes) {
      return fail(response, new RequestTooLarge());
    }
    if (pool.stats.queued >= options.maxWaiting) {
      response.setHeader('Retry-After', '1');
      return refuse(response, 503, 'Too many requests are waiting for the origin.');
    }
    const arrival = {
      client: request.socket.remoteAddress ?? 'unknown',
      scheme: 'encrypted' in request.socket ? ('https' as const) : ('http' as const),
      httpVersion: request.httpVersion,
    };
    const passing = target.host === undefined ? options : { ...options, host: options.host ?? target.host };
    try {
      pool.dispatch(
        {
          path: target.path,
          method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
          headers: requestFields(request.headers, arrival, passing),
          body: requestBody(request, options.maxRequestBytes),
        },
        new Passage(request, response, options.via),
      );
    } catch (error) {
      fail(response, error);
    }
  };
}

/** One response on its way from the origin to the client. */
class Passage implements Dispatcher.DispatchHandler {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #via: string;

  constructor(request: IncomingMessage, response: ServerResponse, via: string) {
    this.#request = request;
    this.#response = response;
    this.#via = via;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#response.once('close', () => {
      if (!this.#response.writableEnded && !this.#mayBeAwaited()) controller.abort(new Error('the client has left'));
    });
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _fields: object, phrase = ''): void {
    const lines = linesOf(controller.rawHeaders as Buffer[]);
    const response = this.#response;
    if (status < 200) return passInterim(response, status, lines);
    response.statusCode = status;
    response.statusMessage = phrase;
    for (const [name, values] of responseFields(lines, this.#via)) {
      response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
    }
    response.on('drain', () => controller.resume());
    // A head whose body is late must not wait for it; one whose body is there goes out with it.
    setImmediate(() => {
      if (!response.headersSent && !response.destroyed) response.flushHeaders();
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#response.write(chunk) && !this.#response.destroyed) controller.pause();
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    fail(this.#response, error);
  }

  /** Before the head of a response others may be waiting for it, too; what comes after it is for this client alone. */
  #mayBeAwaited(): boolean {
    return !this.#response.headersSent && (this.#request.method === 'GET' || this.#request.method === 'HEAD');
  }
}

/** Tells the client that there is no response, or, if it has a part of it, that this was not all. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, text } = answerTo(error);
  // What is left of the body would have to be read before the next request.
  if (status === 413) response.setHeader('Connection', 'close');
  refuse(response, status, text);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.statusMessage = '';
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.end(`${text}\n`);
}
