import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A connection to a server; closed with the test. */
export async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

/** Sends one request, with `Connection: close`, and returns all that came back, as text. */
export async function exchange(url: string, lines: readonly string[], body = ''): Promise<string> {
  const socket = await open(url);
  socket.write([...lines, 'Connection: close', '', body].join('\r\n'), 'latin1');
  return everything(socket);
}

/** All that comes until the other side closes. */
export async function everything(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}
