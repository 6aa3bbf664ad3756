import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Serves on a free port until the test is over; the function returned asks for a path. */
export async function serve(
  listener: RequestListener,
): Promise<(path: string, headers?: Record<string, string>) => Promise<Answer>> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return async (path, headers = {}) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false }).end();
    const [message] = (await once(sent, 'response')) as [IncomingMessage];
    message.setEncoding('utf8');
    let text = '';
    for await (const chunk of message) text += chunk as string;
    return { status: message.statusCode ?? 0, headers: message.headers, text };
  };
}
