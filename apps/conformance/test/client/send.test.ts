import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { send } from '../../src/client/send.ts';

/** A server that answers each connection with these bytes. */
async function answering(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const get = (url: string) => ({ method: 'GET', url, fields: [['X-One', '1']] as const, body: undefined });

test('interim responses are kept with their fields, whatever their status', async () => {
  const url = await answering((socket) =>
    socket.end(
      'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 110 Odd\r\nX-A: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nAge: 1\r\nAGE: 2\r\n\r\nok',
    ),
  );
  const response = await send(get(url), 5_000);
  expect(response.interim).toEqual([
    [102, []],
    [110, [['X-A', '1']]],
  ]);
  expect([response.status, response.body, response.fields.get('age')]).toEqual([200, 'ok', '1, 2']);
  expect(response.fields.get('x-a')).toBeUndefined();
});

test('bytes after the end of a response do no harm', async () => {
  const url = await answering((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more'));
  expect((await send(get(url), 5_000)).body).toBe('ok');
});

test('a response that is cut off is an error', async () => {
  const url = await answering((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok'));
  await expect(send(get(url), 5_000)).rejects.toThrow(/aborted/);
});

test('a connection that is closed without a response is an error', async () => {
  const url = await answering((socket) => socket.destroy());
  await expect(send(get(url), 5_000)).rejects.toThrow(/ECONNRESET|socket hang up/);
});

test.each([
  ['no response', ''],
  ['half a response', 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok'],
])('%s is given up on', async (_name, text) => {
  const url = await answering((socket) => socket.write(text));
  await expect(send(get(url), 100)).rejects.toThrow(/no whole response within 0.1 s|aborted/);
});

test('a body goes out with its length, in any method', async () => {
  let seen = '';
  const server = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.endsWith('äbc')) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  await send({ method: 'DELETE', url: target, fields: [], body: 'äbc' }, 5_000);
  expect(seen).toMatch(/^DELETE \/x HTTP\/1\.1\r\n/);
  expect(seen).toMatch(/content-length: 4\r\n/i);
});
