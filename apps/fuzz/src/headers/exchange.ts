import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import type { Exchange } from '@cache/core/node';
import { type Asked, field, type Given, type Line, type Seen } from './trial.ts';

/** Sends one request through a cache in memory: Node's own messages, but no network between. */
export function exchange(serve: (exchange: Exchange) => void, asked: Asked, given: Given | Error): Seen {
  const wire = new Wire();
  const request = requestOf(asked, wire);
  const response = new ServerResponse(request);
  response.assignSocket(wire as unknown as Socket);
  let ran = false;
  const next = (error?: unknown): void => {
    if (error !== undefined) throw new Error('the request was not answered', { cause: error });
    ran = true;
    if (given instanceof Error) fail(response);
    else answer(request, response, given);
  };
  serve({ request, response, url: asked.url, identified: false, next });
  return read(wire.text, ran);
}

/** Fields of which Node keeps only the first line. */
const SINGLE = new Set(['authorization', 'host', 'if-modified-since', 'if-unmodified-since', 'user-agent']);

function requestOf({ method, url, lines }: Asked, wire: Wire): IncomingMessage {
  const request = new IncomingMessage(wire as unknown as Socket);
  const headers: Record<string, string> = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    const before = headers[key];
    if (before === undefined) headers[key] = value;
    else if (!SINGLE.has(key)) headers[key] = `${before}${key === 'cookie' ? '; ' : ', '}${value}`;
  }
  Object.assign(request, { method, url, headers, rawHeaders: lines.flat() });
  return request;
}

function answer(request: IncomingMessage, response: ServerResponse, { status, lines, body, reads }: Given): void {
  const values = reads.map((name) => request.headers[name]);
  response.statusCode = status;
  for (const [name, value] of lines) response.appendHeader(name, value);
  response.end(reads.length === 0 ? body : `${body} ${JSON.stringify(values)}`);
}

/** What frameworks do when a handler fails. */
function fail(response: ServerResponse): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = 500;
  response.end('failed');
}

function read(text: string, ran: boolean): Seen {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...head] = text.slice(0, end).split('\r\n');
  const lines = head.map((line): Line => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  const cacheStatus = (field(lines, 'cache-status') ?? '').replace(/^[^;]*; /, '');
  return { status: Number(statusLine.split(' ')[1]), lines, body: text.slice(end + 4), ran, cacheStatus };
}

/** A connection that keeps what is written. */
class Wire extends Writable {
  #chunks: Buffer[] = [];

  get text(): string {
    return Buffer.concat(this.#chunks).toString('latin1');
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  override _writev(writes: { chunk: Buffer | string; encoding: BufferEncoding }[], done: () => void): void {
    for (const { chunk, encoding } of writes) {
      this.#chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    }
    done();
  }

  setTimeout(): this {
    return this;
  }
}
