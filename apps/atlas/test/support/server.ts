import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { type Framework, servers } from '../../src/servers/servers.ts';
import { createTestAtlas, type TestAtlas } from './atlas.ts';

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What `Cache-Status` says, without the cache's name and the numbers. */
  readonly cache: string;
}

/** A server on a free port, with a small atlas behind it. */
export interface TestServer extends TestAtlas {
  readonly port: number;
  readonly get: (path: string, headers?: OutgoingHttpHeaders) => Promise<Answer>;
  readonly send: (method: string, path: string, headers?: OutgoingHttpHeaders) => Promise<Answer>;
}

/** Starts a server that ends when the test ends. */
export async function startTestServer(framework: Framework = 'express'): Promise<TestServer> {
  const parts = createTestAtlas();
  const server = (await servers[framework](parts)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  const send: TestServer['send'] = (method, path, headers = {}) => sendRequest(port, method, path, headers);
  return { ...parts, port, send, get: (path, headers) => send('GET', path, headers) };
}

/** Sends one request exactly as it is given; `fetch` would mend the path and refuse some headers. */
export async function sendRequest(
  port: number,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
  const answered = once(sent, 'response');
  sent.end();
  const [response] = (await answered) as [IncomingMessage];
  const status = response.headers['cache-status'];
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await text(response),
    cache: typeof status === 'string' ? status.replace(/^atlas; /, '').replace(/; ttl=\d+/, '') : '',
  };
}

/** The cookie that an answer asks to be sent back. */
export function cookieOf({ headers }: Answer): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}
