import type { Dispatcher, Pool } from 'undici';
import { answerTo, RequestTooLarge } from './failure.ts';
import { passInterim } from './interim.ts';
import type { Arriving, Outlet } from './outlet.ts';
import { requestBody } from './request-body.ts';
import { type PassingOn, requestFields } from './request-fields.ts';
import { linesOf, responseFields } from './response-fields.ts';
import { targetOf } from './target.ts';

/** Answers a request with what the origin answers. Takes Node's own messages, so that any framework can call it. */
export type Forward = (request: Arriving, response: Outlet) => void;

/** How and how far requests are passed on. */
export interface ForwardOptions extends PassingOn {
  /** Host and port of the origin, for clients that name none. */
  readonly origin: string;
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
      host: target.host ?? request.headers.host ?? options.origin,
      scheme: 'encrypted' in request.socket ? ('https' as const) : ('http' as const),
      httpVersion: request.httpVersion,
    };
    try {
      pool.dispatch(
        {
          path: target.path,
          method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
          headers: requestFields(request.headers, arrival, options),
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
  readonly #request: Arriving;
  readonly #response: Outlet;
  readonly #via: string;
  /** The fields of the origin's head, as long as it may turn out that nothing follows. */
  #fields: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(request: Arriving, response: Outlet, via: string) {
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
    if (status < 200) {
      // An old client does not know of them.
      if (this.#request.httpVersion !== '1.0') passInterim(response, status, lines);
      return;
    }
    response.statusCode = status;
    response.statusMessage = phrase.replaceAll(/[^\x20-\x7e]/g, '');
    this.#fields = responseFields(lines, this.#via);
    for (const [name, values] of this.#fields) {
      response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
    }
    response.on('drain', () => controller.resume());
    // A head whose body is late must not wait for it; one whose body is there goes out with it.
    setImmediate(() => {
      if (response.headersSent || response.destroyed) return;
      try {
        response.flushHeaders();
      } catch (error) {
        controller.abort(error instanceof Error ? error : new Error('the head could not be sent', { cause: error }));
      }
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const taken = this.#response.write(chunk);
    if (!this.#response.destroyed) {
      if (!taken) controller.pause();
    } else if (!this.#isStored()) controller.abort(new Error('nobody wants the rest'));
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#response.headersSent) for (const name of this.#fields.keys()) this.#response.removeHeader(name);
    fail(this.#response, error);
  }

  /** Before the head of a response others may be waiting for it, too; what comes after it is for this client alone. */
  #mayBeAwaited(): boolean {
    return !this.#response.headersSent && (this.#request.method === 'GET' || this.#request.method === 'HEAD');
  }

  /** Whether a cache in between keeps what is written, although nobody listens. */
  #isStored(): boolean {
    const status = [this.#response.getHeader('cache-status') ?? ''].flat().join(', ');
    return /;\s*stored\b/.test(status);
  }
}

/** Tells the client that there is no response, or, if it has a part of it, that this was not all. */
function fail(response: Outlet, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, text } = answerTo(error);
  // What is left of the body would have to be read before the next request.
  if (status === 413) response.setHeader('Connection', 'close');
  refuse(response, status, text);
}

function refuse(response: Outlet, status: number, text: string): void {
  response.statusCode = status;
  response.statusMessage = '';
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.end(`${text}\n`);
}
