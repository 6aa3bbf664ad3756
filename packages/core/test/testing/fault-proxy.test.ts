import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, faultProxy } from '../../src/testing/index.ts';

let echo: Server;
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  proxy = await faultProxy({ port: (echo.address() as { port: number }).port });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

interface Client {
  readonly socket: Socket;
  readonly pieces: string[];
  /** How it ended: an error code, or `'end'`. */
  ended: string | undefined;
}

function open(): Client {
  const socket = connect(proxy.port, proxy.host);
  clients.push(socket);
  const client: Client = { socket, pieces: [], ended: undefined };
  socket.on('data', (data) => client.pieces.push(data.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => (client.ended = error.code));
  socket.on('close', () => (client.ended ??= 'end'));
  return client;
}

const got = (client: Client, text: string) => expect.poll(() => client.pieces.join(''), { interval: 2 }).toBe(text);
const ended = (client: Client, how: string) => expect.poll(() => client.ended, { interval: 2 }).toBe(how);
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('a fault proxy', () => {
  it('passes everything on, ends included', async () => {
    const client = open();
    client.socket.write('hello');
    await got(client, 'hello');
    expect(proxy.connections).toBe(1);
    client.socket.end('bye');
    await got(client, 'hellobye');
    await ended(client, 'end');
    await expect.poll(() => proxy.connections, { interval: 2 }).toBe(0);
  });

  it('goes down and comes back on the same port', async () => {
    const client = open();
    client.socket.write('a');
    await got(client, 'a');
    await proxy.down();
    await ended(client, 'end');
    await ended(open(), 'ECONNREFUSED');
    await proxy.pass();
    const next = open();
    next.socket.write('b');
    await got(next, 'b');
    expect(proxy.connections).toBe(1);
  });

  it('resets connections and takes new ones', async () => {
    const client = open();
    client.socket.write('a');
    await got(client, 'a');
    proxy.reset();
    await ended(client, 'ECONNRESET');
    const next = open();
    next.socket.write('b');
    await got(next, 'b');
    expect(next.ended).toBeUndefined();
  });

  it('is silent as a black hole, for good', async () => {
    proxy.blackhole();
    const client = open();
    client.socket.write('lost');
    await settle();
    await proxy.pass();
    client.socket.write('lost too');
    const next = open();
    next.socket.write('b');
    await got(next, 'b');
    expect(client).toMatchObject({ pieces: [], ended: undefined });
  });

  it('freezes after some bytes, and delivers the rest later', async () => {
    const client = open();
    client.socket.write('a');
    await got(client, 'a');
    proxy.freeze(3);
    client.socket.write('hello');
    await got(client, 'ahel');
    await settle();
    expect(client.pieces.join('')).toBe('ahel');
    await proxy.pass();
    await got(client, 'ahello');
  });

  it('delivers what was sent before the sender left', async () => {
    let received = '';
    echo.on('connection', (socket: Socket) => socket.on('data', (data) => (received += data.toString())));
    const client = open();
    client.socket.write('a');
    await got(client, 'a');
    proxy.freeze();
    client.socket.end('late');
    await settle();
    expect(received).toBe('a');
    await proxy.pass();
    await expect.poll(() => received, { interval: 2 }).toBe('alate');
  });

  it('slices and delays, in order', async () => {
    const client = open();
    proxy.slice(2);
    client.socket.write('abcdef');
    await got(client, 'abcdef');
    expect(client.pieces.length).toBeGreaterThan(1);
    proxy.latency(20);
    for (const letter of 'ghij') client.socket.write(letter);
    await settle();
    await got(client, 'abcdefghij');
  });
});
