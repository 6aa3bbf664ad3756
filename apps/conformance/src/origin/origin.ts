import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from '../suite/model.ts';
import { Script } from './script.ts';

/** The server behind the cache under test. */
export interface Origin {
  /** Without a slash at the end. */
  readonly url: string;
  /** Makes the answers of a test available at `/test/<token>`. */
  readonly stage: (test: Test, token: string) => Script;
  readonly close: () => Promise<void>;
}

/** Starts an origin on this machine only; port 0 lets the system pick a free one. */
export async function startOrigin(port = 0): Promise<Origin> {
  const scripts = new Map<string, Script>();
  const server = createServer((request, response) => {
    void answer(scripts, request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stage: (test, token) => {
      const script = new Script(test, token);
      scripts.set(token, script);
      return script;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  scripts: ReadonlyMap<string, Script>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '' } = request;
  const [, token = ''] = /^\/test\/([^/?]+)/.exec(url) ?? [];
  const script = scripts.get(token);
  const arrived = { method, url, fields: joinedFields(request) };
  const pause = script?.pauseFor(arrived);
  if (script === undefined || pause === undefined) {
    response.writeHead(script === undefined ? 404 : 409).end(`${method} ${url} is not part of a test under way\n`);
    return;
  }
  request.resume();
  if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  const { interim, disconnect, status, phrase, fields, body } = script.answer(arrived, Date.now());
  if (disconnect) {
    request.socket.destroy();
    return;
  }
  for (const [code, lines = []] of interim) writeInterim(request, code, lines);
  response.statusCode = status;
  response.statusMessage = phrase;
  for (const [name, lines] of fields) response.setHeader(name, lines.length === 1 ? (lines[0] ?? '') : lines);
  response.end(body);
}

/** Node itself sends only some of the 1xx responses, and few fields with them. */
function writeInterim({ socket }: IncomingMessage, code: number, lines: readonly (readonly [string, string])[]): void {
  const fields = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${code} Interim\r\n${fields}\r\n`, 'latin1');
}

function joinedFields({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
