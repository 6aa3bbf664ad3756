import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Pool } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { forwardTo } from '../src/forward/forward.ts';
import { everything, exchange, open } from './support/client.ts';
import { FRAMEWORKS } from '../src/options.ts';
import { startGateway } from './support/gateway.ts';
import { origin, rawOrigin } from './support/origin.ts';

const GET = ['GET /a?b=c HTTP/1.1', 'Host: example.com'];

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url, headers } = request;
  response.end(JSON.stringify({ method, url, headers, body: await text(request) }));
}

type Echo = {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
};

function echoed(answer: string): Echo {
  return JSON.parse(answer.slice(answer.indexOf('{'))) as Echo;
}

async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

describe.each(FRAMEWORKS)('on %s', (framework) => {
  const gatewayTo = (to: string, ...parameters: readonly string[]) =>
    startGateway(to, '--framework', framework, ...parameters);

  describe.each(['--no-cache', '--mode=safe'])('with %s, requests', (mode) => {
    test('pass with method, target, body and fields', async () => {
      const gateway = await gatewayTo(await origin((request, response) => void echo(request, response)), mode);
      const lines = ['M-SEARCH /%zz//a?b HTTP/1.1', 'Host: example.com', 'X-Two: 1', 'X-Two: 2', 'Content-Length: 3'];
      expect(echoed(await exchange(gateway.url, lines, 'abc'))).toMatchObject({
        method: 'M-SEARCH',
        url: '/%zz//a?b',
        body: 'abc',
        headers: { host: 'example.com', 'x-two': '1, 2', 'content-length': '3', via: '1.1 cache-gateway' },
      });
    });

    test('pass in chunks, and without a body', async () => {
      const gateway = await gatewayTo(await origin((request, response) => void echo(request, response)), mode);
      const chunked = ['PUT / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'];
      expect(echoed(await exchange(gateway.url, chunked, '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n')).body).toBe('abcde');
      const empty = echoed(await exchange(gateway.url, ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 0']));
      expect([empty.body, empty.headers['content-length']]).toEqual(['', '0']);
    });

    test('to another host in the target go to the origin with that host', async () => {
      const gateway = await gatewayTo(await origin((request, response) => void echo(request, response)), mode);
      const answer = echoed(await exchange(gateway.url, ['GET http://other.example/x HTTP/1.1', 'Host: a']));
      expect([answer.url, answer.headers['host']]).toEqual(['/x', 'other.example']);
      expect(await exchange(gateway.url, ['OPTIONS * HTTP/1.1', 'Host: a'])).toMatch(/^HTTP\/1.1 400 /);
    });

    test('of the oldest kind get the host of the origin', async () => {
      const server = await origin((request, response) => void echo(request, response));
      const gateway = await gatewayTo(server, mode);
      expect(echoed(await exchange(gateway.url, ['GET / HTTP/1.0'])).headers).toMatchObject({
        host: new URL(server).host,
        via: '1.0 cache-gateway',
      });
    });
  });

  describe('responses', () => {
    test.each([204, 299, 304, 404, 499, 599, 999])('with status %i pass', async (status) => {
      const gateway = await gatewayTo(
        await rawOrigin((socket) => socket.end(`HTTP/1.1 ${status} Own words\r\nContent-Length: 0\r\n\r\n`)),
      );
      expect(await exchange(gateway.url, GET)).toMatch(new RegExp(`^HTTP/1.1 ${status} Own words\r\n`));
    });

    test('keep repeated lines, strange bytes and their own Date, and lose what is for the connection', async () => {
      const head =
        'HTTP/1.1 200 \xe9\r\nAge: 1\r\nAge: 2\r\nDate: then\r\nConnection: X-Gone\r\nX-Gone: 1\r\nX-Odd: \xe9\r\nContent-Length: 2\r\n\r\nok';
      const gateway = await gatewayTo(await rawOrigin((socket) => socket.end(head, 'latin1')), '--no-cache');
      const answer = await exchange(gateway.url, GET);
      expect(answer).toMatch(/\r\nAge: 1\r\nAge: 2\r\nDate: then\r\n/);
      expect(answer).toContain('X-Odd: \xe9\r\n');
      expect(answer).not.toMatch(/X-Gone|ETag|X-Powered-By/i);
      expect(answer).toMatch(/\r\n\r\nok$/);
    });

    test('to HEAD keep their Content-Length and have no body', async () => {
      const gateway = await gatewayTo(
        await origin((_request, response) => response.setHeader('Content-Length', 5).end('hello')),
      );
      const answer = await exchange(gateway.url, ['HEAD / HTTP/1.1', 'Host: a']);
      expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*Content-Length: 5\r\n[^]*\r\n\r\n$/i);
    });

    test('are preceded by what preceded them, except for old clients', async () => {
      const links = 'Link: </a>; rel=preload, </b>; rel=preload\r\nX-Hint: 1\r\n';
      const interim = `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n${links}\r\nHTTP/1.1 103 Early Hints\r\nLink: odd\r\n\r\n`;
      const server = await rawOrigin((socket) =>
        socket.end(`${interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`),
      );
      const gateway = await gatewayTo(server, '--no-cache');
      const answer = await exchange(gateway.url, GET);
      expect(answer.match(/^HTTP\/1.1 \d+/gm)).toEqual(['HTTP/1.1 102', 'HTTP/1.1 103', 'HTTP/1.1 200']);
      expect(answer).toMatch(/103 Early Hints\r\nLink: <\/a>; rel=preload, <\/b>; rel=preload\r\nx-hint: 1\r\n/i);
      expect(await exchange(gateway.url, ['GET / HTTP/1.0'])).toMatch(/^HTTP\/1.1 200 OK/);
    });

    test('longer than they say end where they say, and the next one is whole', async () => {
      const server = await rawOrigin((socket, head) => {
        const body = head.startsWith('GET /long') ? 'ok and more' : 'ok';
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${body}`);
      });
      const gateway = await gatewayTo(server, '--max-sockets=1', '--no-cache');
      for (const path of ['/long', '/short', '/long', '/short']) {
        expect(await exchange(gateway.url, [`GET ${path} HTTP/1.1`, 'Host: a'])).toMatch(/\r\n\r\nok$/);
      }
    });

    test('begin before they end', async () => {
      let end = (): void => {};
      const server = await origin((_request, response) => {
        response.flushHeaders();
        end = () => response.end('late');
      });
      const gateway = await gatewayTo(server, '--no-cache');
      const socket = await open(gateway.url);
      socket.write(`${[...GET, 'Connection: close'].join('\r\n')}\r\n\r\n`);
      const [head] = (await once(socket, 'data')) as [Buffer];
      expect(head.toString()).toMatch(/^HTTP\/1.1 200 OK/);
      end();
      expect(await everything(socket)).toContain('late');
    });

    test('wait for slow clients', async () => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const all = 1024;
      let written = 0;
      const { promise: stopped, resolve: stop } = promiseOf<void>();
      const server = await origin((_request, response) => {
        const more = (): void => {
          while (written < all) {
            written++;
            if (response.write(chunk)) continue;
            const stalled = setTimeout(stop, 500);
            response.once('drain', () => {
              clearTimeout(stalled);
              more();
            });
            return;
          }
          response.end(stop);
        };
        more();
      });
      const gateway = await gatewayTo(server, '--no-cache');
      const socket = await open(gateway.url);
      socket.write(`${[...GET, 'Connection: close'].join('\r\n')}\r\n\r\n`);
      // Nobody reads: the origin has to stop before it has written all.
      await stopped;
      expect(written).toBeLessThan(all);
      expect((await everything(socket)).length).toBeGreaterThan(all * chunk.length);
    });
  });

  describe('a request fails', () => {
    test('with 502 if the origin is not there, makes no sense, or goes away', async () => {
      const gone = await gatewayTo(await closedPort());
      expect(await exchange(gone.url, GET)).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n[^]*Cache-Control: no-store\r\n/i);
      const mad = await gatewayTo(await rawOrigin((socket) => socket.end('hello')));
      expect(await exchange(mad.url, GET)).toMatch(/^HTTP\/1.1 502 /);
      const away = await gatewayTo(await rawOrigin((socket) => socket.destroy()));
      expect(await exchange(away.url, GET)).toMatch(/^HTTP\/1.1 502 /);
    });

    test('and is not sent again, on a connection used before either', async () => {
      let asked = 0;
      const server = await rawOrigin((socket) => {
        asked++;
        if (asked === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        else socket.destroy();
      });
      const gateway = await gatewayTo(server, '--max-sockets=1', '--no-cache');
      expect(await exchange(gateway.url, GET)).toMatch(/^HTTP\/1.1 200 /);
      expect(await exchange(gateway.url, GET)).toMatch(/^HTTP\/1.1 502 /);
      expect(asked).toBe(2);
    });

    test('with 502 and none of the fields of a head that cannot be sent', async () => {
      const server = await origin((_request, response) => {
        response.setHeader('X-Own', '1').flushHeaders();
      });
      const pool = new Pool(server);
      onTestFinished(() => pool.destroy());
      const limits = { maxRequestBytes: 0, maxWaiting: 1 };
      const forward = forwardTo(pool, { origin: 'a', via: 'here', host: undefined, forwarded: 'off', ...limits });
      const gateway = await origin((request, response) => {
        response.writeHead = () => {
          Reflect.deleteProperty(response, 'writeHead');
          throw new Error('refused');
        };
        forward(request, response);
      });
      const answer = await exchange(gateway, GET);
      expect(answer).toMatch(/^HTTP\/1.1 502 /);
      expect(answer).not.toContain('X-Own');
    });

    test('by being cut off if half a body came', async () => {
      const half = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n';
      const gateway = await gatewayTo(
        await rawOrigin((socket) => {
          socket.write(half);
          setTimeout(() => socket.destroy(), 50);
        }),
      );
      // The last chunk, which says that this was all, is missing.
      expect(await exchange(gateway.url, GET)).toMatch(/\r\n\r\n4\r\nhalf\r\n$/);
    });

    test('with 504 if the origin is silent', async () => {
      const gateway = await gatewayTo(await rawOrigin(() => {}), '--origin-timeout=1');
      expect(await exchange(gateway.url, GET)).toMatch(/^HTTP\/1.1 504 Gateway Timeout\r\n/);
    });

    test('with 413 if its body is too large, said or not', async () => {
      // It may have got the beginning.
      const server = await origin((request, response) => void echo(request, response).catch(() => {}));
      const gateway = await gatewayTo(server, '--max-request-bytes=4');
      const said = ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 5'];
      expect(await exchange(gateway.url, said, 'abcde')).toMatch(/^HTTP\/1.1 413 /);
      const chunked = ['POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'];
      expect(await exchange(gateway.url, chunked, '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n')).toMatch(/^HTTP\/1.1 413 /);
      expect(
        echoed(await exchange(gateway.url, ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 4'], 'abcd')).body,
      ).toBe('abcd');
    });

    test('with 431 if its head is too large', async () => {
      const gateway = await gatewayTo(await closedPort(), '--max-header-bytes=1024');
      expect(await exchange(gateway.url, [...GET, `X-Long: ${'x'.repeat(2000)}`])).toMatch(/^HTTP\/1.1 431 /);
    });

    test('with 503 if too many wait for a connection', async () => {
      const held: ServerResponse[] = [];
      const server = await origin((_request, response) => held.push(response));
      const gateway = await gatewayTo(server, '--max-sockets=1', '--max-waiting=1', '--no-cache');
      const all = ['/1', '/2', '/3', '/4'].map((path) => exchange(gateway.url, [`POST ${path} HTTP/1.1`, 'Host: a']));
      expect(await Promise.race(all)).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\n[^]*Retry-After: 1\r\n/);
    });
  });

  test('the origin is not kept at work for a client that has left', async () => {
    const { promise: begun, resolve: begin } = promiseOf<ServerResponse>();
    const server = await origin((_request, response) => {
      response.write('first');
      begin(response);
    });
    const gateway = await gatewayTo(server, '--no-cache');
    const socket = await open(gateway.url);
    socket.write(`${GET.join('\r\n')}\r\n\r\n`);
    await once(socket, 'data');
    const response = await begun;
    const closed = once(response, 'close');
    socket.destroy();
    await closed;
    expect(response.writableFinished).toBe(false);
  });

  test('which Host the origin gets can be chosen', async () => {
    const server = await origin((request, response) => void echo(request, response));
    const gateway = await gatewayTo(server, '--send-host=origin', '--forwarded=append');
    const { headers } = echoed(await exchange(gateway.url, [...GET, 'X-Forwarded-For: 192.0.2.7']));
    expect(headers).toMatchObject({
      host: new URL(server).host,
      'x-forwarded-host': 'example.com',
      'x-forwarded-for': '192.0.2.7, 127.0.0.1',
    });
  });

  function promiseOf<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
    let resolve: (value: Value) => void = () => {};
    const promise = new Promise<Value>((settle) => {
      resolve = settle;
    });
    return { promise, resolve };
  }
});
