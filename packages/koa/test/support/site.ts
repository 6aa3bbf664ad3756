import { type Cache, type CacheOptions, createCache } from '@cache/core';
import { type FakeClock, fakeClock, listening } from '@cache/core/testing';
import type Koa from 'koa';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** What a client got. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly text: string;
  /** All lines of a field, joined; `undefined` if there is none. */
  readonly header: (name: string) => string | undefined;
  /** What the handler sent: all fields as they came but those that tell of the cache and of the connection. */
  readonly own: readonly string[];
  /** Without the name of the cache. */
  readonly cache: string | undefined;
}

export interface Site {
  readonly url: string;
  readonly get: (path?: string, headers?: OutgoingHttpHeaders, method?: string) => Promise<Answer>;
  /** Sends a GET to give up; resolves when the head of the answer is there. */
  readonly open: (path?: string) => { readonly head: Promise<IncomingMessage>; leave(): Promise<void> };
}

/** A cache whose time stands still until the test moves it. */
export function testCache(options: Omit<CacheOptions, 'clock'> = {}): { cache: Cache; clock: FakeClock } {
  const clock = fakeClock(Date.now());
  return { cache: createCache({ ...options, clock }), clock };
}

/** A server that does not listen yet. */
export function serverOf(app: Koa): Server {
  const listener = app.callback();
  return createServer((message, response) => void listener(message, response));
}

/** Starts an app until the test is over. */
export async function startSite(app: Koa): Promise<Site> {
  app.silent = true;
  const running = await listening(serverOf(app));
  onTestFinished(() => running.close());
  const { url = '' } = running;
  const send = (path: string, headers: OutgoingHttpHeaders, method: string) =>
    request(new URL(path, url), { method, headers, agent: false });
  return {
    url,
    async get(path = '/', headers = {}, method = 'GET') {
      const sent = send(path, headers, method).end();
      const [message] = (await once(sent, 'response')) as [IncomingMessage];
      return toAnswer(message, await buffer(message));
    },
    open(path = '/') {
      const sent = send(path, {}, 'GET').end();
      const closed = new Promise<void>((resolve) => sent.once('close', () => resolve()));
      sent.on('error', () => {});
      const head = (once(sent, 'response') as Promise<[IncomingMessage]>).then(([message]) => {
        message.on('error', () => {});
        return message;
      });
      head.catch(() => {});
      return {
        head,
        async leave() {
          sent.destroy();
          await closed;
        },
      };
    },
  };
}

const NOT_OF_THE_HANDLER = new Set(['age', 'cache-status', 'connection', 'keep-alive', 'date', 'transfer-encoding']);

function toAnswer({ statusCode = 0, rawHeaders }: IncomingMessage, body: Buffer): Answer {
  const fields: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) fields.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  const header = (name: string): string | undefined => {
    const lines = fields.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
    return lines.length === 0 ? undefined : lines.join(', ');
  };
  return {
    status: statusCode,
    body,
    text: body.toString(),
    header,
    own: fields
      .filter(([name]) => !NOT_OF_THE_HANDLER.has(name.toLowerCase()))
      .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
      .sort(),
    cache: header('cache-status')?.replace(/^[^;]+; /, ''),
  };
}
