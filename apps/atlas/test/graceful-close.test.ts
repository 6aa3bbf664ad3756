import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { closeGracefully } from '../src/graceful-close.ts';

const hour = 3_600_000;

async function listenOnFreePort(
  patience: number,
  handler: (response: ServerResponse) => void,
): Promise<{ open: () => Promise<Socket>; close: () => Promise<void> }> {
  const server = createServer((_request, response) => handler(response));
  const close = closeGracefully(server, patience);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    close,
    open: async () => {
      const connected = once(server, 'connection');
      const socket = connect(port, '127.0.0.1');
      await Promise.all([connected, once(socket, 'connect')]);
      return socket;
    },
  };
}

const hello = 'GET / HTTP/1.1\r\nHost: atlas\r\n\r\n';

test('connections that wait for a request, the first or the next one, do not delay the end', async () => {
  const { open, close } = await listenOnFreePort(hour, (response) => response.end('hello'));
  const fresh = await open();
  const kept = await open();
  kept.write(hello);
  await once(kept, 'data');
  const ends = [fresh, kept].map((socket) => once(socket.resume(), 'close'));
  await close();
  await Promise.all(ends);
  expect([fresh.destroyed, kept.destroyed]).toEqual([true, true]);
});

test('a request under way is answered in full, then its connection ends', async () => {
  const { promise: asked, resolve: ask } = promiseOf<ServerResponse>();
  const { open, close } = await listenOnFreePort(hour, ask);
  const socket = await open();
  socket.write(hello);
  const response = await asked;
  const closed = close();
  response.end('the whole answer');
  expect(await text(socket)).toMatch(/the whole answer$/);
  await closed;
});

test('a request that does not end is cut off when patience ends', async () => {
  const { promise: asked, resolve: ask } = promiseOf<ServerResponse>();
  const { open, close } = await listenOnFreePort(0, ask);
  const socket = await open();
  socket.write(hello);
  await asked;
  const ended = once(socket.resume(), 'close');
  await close();
  await ended;
  expect(socket.destroyed).toBe(true);
});

function promiseOf<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
