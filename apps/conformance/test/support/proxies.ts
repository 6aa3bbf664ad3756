import { once } from 'node:events';
import { createServer, type IncomingMessage, request as startRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

type Handler = (request: IncomingMessage, response: ServerResponse, origin: string) => Promise<void>;

interface Answer {
  readonly status: number;
  readonly phrase: string;
  readonly lines: readonly string[];
  readonly body: Buffer;
}

/** A proxy that stores nothing. Ends with the test. */
export function plainProxy(origin: string): Promise<string> {
  return listen(origin, async (request, response) => send(response, await ask(origin, request, response)));
}

/** A cache that knows `max-age`, `no-store`, `Age` and `ETag`, and does those right. Ends with the test. */
export function smallCache(origin: string): Promise<string> {
  const stored = new Map<string, Answer>();
  return listen(origin, async (request, response) => {
    const key = request.url ?? '';
    const kept = request.method === 'GET' ? stored.get(key) : undefined;
    const tag = kept === undefined ? undefined : fieldOf(kept, 'etag');
    if (kept !== undefined && Number(fieldOf(kept, 'age') ?? 0) < lifetimeOf(kept)) {
      const answer = { ...kept, lines: ['Age', '0', ...kept.lines] };
      if (tag === undefined || request.headers['if-none-match'] !== tag) return send(response, answer);
      return send(response, { ...answer, status: 304, body: Buffer.alloc(0) });
    }
    const fresh = await ask(origin, request, response, tag === undefined ? {} : { 'If-None-Match': tag });
    if (fresh.status === 304 && kept !== undefined) return send(response, { ...kept, lines: merged(kept, fresh) });
    if (lifetimeOf(fresh) > 0) stored.set(key, fresh);
    return send(response, fresh);
  });
}

async function listen(origin: string, handle: Handler): Promise<string> {
  const server = createServer((request, response) => {
    handle(request, response, origin).catch(() => response.writeHead(502).end('bad gateway'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ask(
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
  more: Record<string, string> = {},
): Promise<Answer> {
  const headers = { ...request.headers, ...more, connection: 'close' };
  const outgoing = startRequest(origin + (request.url ?? ''), { method: request.method, headers, agent: false });
  outgoing.on('information', ({ statusCode, rawHeaders }) => {
    const lines = pairs(rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
    response.socket?.write(`HTTP/1.1 ${statusCode} Interim\r\n${lines.join('')}\r\n`);
  });
  outgoing.end(await buffer(request));
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return {
    status: incoming.statusCode ?? 0,
    phrase: incoming.statusMessage ?? '',
    lines: incoming.rawHeaders,
    body: await buffer(incoming),
  };
}

function send(response: ServerResponse, { status, phrase, lines, body }: Answer): void {
  response.writeHead(status, phrase, lines.slice());
  response.end(body);
}

function merged(kept: Answer, fresh: Answer): string[] {
  const names = new Set(pairs(fresh.lines).map(([name]) => name.toLowerCase()));
  const others = pairs(kept.lines).filter(([name]) => !names.has(name.toLowerCase()));
  return [...others.flat(), ...fresh.lines];
}

function lifetimeOf(answer: Answer): number {
  const [, seconds] = /^max-age=(\d+)$/.exec(fieldOf(answer, 'cache-control') ?? '') ?? [];
  return Number(seconds ?? 0);
}

function fieldOf({ lines }: Answer, lowerCase: string): string | undefined {
  return pairs(lines).find(([name]) => name.toLowerCase() === lowerCase)?.[1];
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []));
}
