import { once } from 'node:events';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request, type RequestListener } from 'node:http';
import { Agent } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a client got. */
export interface Answer {
  readonly status: number;
  readonly statusMessage: string;
  /** Names and values as they came, one after the other. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
  /** All lines of a field, joined; `undefined` if there is none. */
  header(name: string): string | undefined;
  /** The lines of a field. */
  lines(name: string): string[];
  /** Without the name of the cache. */
  readonly cacheStatus: string | undefined;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  readonly agent?: Agent;
}

/** A server that listens until the test is over. */
export class Site {
  readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  /** Sends a request and reads the whole answer. */
  async get(path: string, ask: Ask = {}): Promise<Answer> {
    return readAnswer(await this.open(path, ask));
  }

  head(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.get(path, { method: 'HEAD', headers });
  }

  /** Sends a request and returns when the head of the answer is there. */
  async open(path: string, { method = 'GET', headers = {}, body, agent }: Ask = {}): Promise<IncomingMessage> {
    const sent = request({ host: '127.0.0.1', port: this.port, path, method, headers, agent: agent ?? false });
    sent.end(body);
    const [message] = (await once(sent, 'response')) as [IncomingMessage];
    return message;
  }

  /** Sends a GET, to be given up with `destroy()`. */
  leave(path: string, headers: OutgoingHttpHeaders = {}): { destroy(): void; readonly gone: Promise<void> } {
    const sent = request({ host: '127.0.0.1', port: this.port, path, headers, agent: false });
    const gone = new Promise<void>((resolve) => sent.once('close', () => resolve()));
    sent.on('error', () => {});
    sent.on('response', (message) => message.on('error', () => {}).resume());
    sent.end();
    return { destroy: () => void sent.destroy(), gone };
  }

  /** Writes bytes as they are and returns what comes back until the server hangs up. */
  async raw(bytes: string): Promise<string> {
    const socket = this.connect();
    socket.write(bytes, 'latin1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => {});
    await once(socket, 'close');
    return Buffer.concat(chunks).toString('latin1');
  }

  connect(): Socket {
    const socket = connect(this.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    return socket;
  }

  /** An agent that sends one request after the other over one connection. */
  keepAlive(): Agent {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    return agent;
  }
}

/** Serves on a free port until the test is over. */
export async function startSite(listener: RequestListener): Promise<Site> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return new Site((server.address() as AddressInfo).port);
}

/** Reads what is left of an answer. */
export async function readAnswer(message: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { rawHeaders } = message;
  const lines = (name: string): string[] =>
    rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase());
  const header = (name: string): string | undefined => (lines(name).length === 0 ? undefined : lines(name).join(', '));
  return {
    status: message.statusCode ?? 0,
    statusMessage: message.statusMessage ?? '',
    rawHeaders,
    body,
    text: body.toString(),
    header,
    lines,
    cacheStatus: header('cache-status')?.replace(/^[^;]+; /, ''),
  };
}
