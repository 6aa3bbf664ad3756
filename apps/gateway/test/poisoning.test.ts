import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { exchange, open } from './support/client.ts';
import { startGateway } from './support/gateway.ts';
import { origin, rawOrigin } from './support/origin.ts';

const GET = 'GET /page HTTP/1.1';
const HOST = 'Host: a.example';

/** The status, the cache's word and the body of an answer. */
function told(answer: string): { status: string; cache: string; body: string; text: string } {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const cache = /^cache-status: gateway; (.*)$/im.exec(head)?.[1] ?? '';
  return { status: head.slice(9, 12), cache, body: rest.join('\r\n\r\n'), text: answer };
}

async function through(listener: RequestListener, ...parameters: readonly string[]) {
  let count = 0;
  const counting: RequestListener = (request, response) => {
    count += 1;
    listener(request, response);
  };
  const { url } = await startGateway(await origin(counting), ...parameters);
  const ask = async (lines: readonly string[] = [GET, HOST]) => told(await exchange(url, lines));
  return { url, ask, runs: () => count };
}

const page = (request: IncomingMessage, response: ServerResponse, look: unknown): void => {
  response.setHeader('Cache-Control', 'max-age=60');
  response.end(`${request.url} ${JSON.stringify(look ?? null)}`);
};

describe('through the gateway nobody gets', () => {
  test('what a stranger says of where a request came from', async () => {
    const { ask, runs } = await through((request, response) => {
      const names = ['x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'x-forwarded-port'];
      page(
        request,
        response,
        names.map((name) => request.headers[name] ?? null),
      );
    });
    await ask([
      GET,
      HOST,
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: gopher',
      'Forwarded: host=evil.example',
      'X-Forwarded-Port: 666',
    ]);
    const victim = await ask();

    expect(victim.cache).toMatch(/^hit/);
    expect(victim.text).not.toMatch(/evil|gopher|666/);
    expect(runs()).toBe(1);
  });

  test.each([
    ['Host', ['Host: evil.example']],
    ['a port', ['Host: a.example:81']],
    ['two lines of Host', ['Host: a.example', 'Host: evil.example']],
  ])('the page of another %s', async (_what, lines) => {
    const { ask } = await through((request, response) => page(request, response, request.headers.host));
    await ask([GET, ...lines]);
    const victim = await ask();

    expect(victim.body).toBe('/page "a.example"');
    expect((await ask()).cache).toMatch(/^hit/);
  });

  test('another spelling of a target', async () => {
    const { ask, runs } = await through((request, response) => page(request, response, request.headers.host));
    const targets = [
      '/page',
      '/page/',
      '//page',
      '/./page',
      '/%70age',
      '/PAGE',
      '/page?',
      '/page?a=1&b',
      '/page?b&a=1',
      '/page;x',
    ];
    const bodies = [];
    for (const target of [...targets, ...targets]) bodies.push((await ask([`GET ${target} HTTP/1.1`, HOST])).body);
    const absolute = await ask(['GET http://evil.example/page HTTP/1.1', HOST]);

    expect(bodies).toEqual([...targets, ...targets].map((target) => `${target} "a.example"`));
    expect(absolute.body).toBe('/page "evil.example"');
    expect((await ask()).body).toBe('/page "a.example"');
    expect(runs()).toBe(targets.length + 1);
  });

  test('what was made for other credentials, unless the origin says that it may be shared', async () => {
    const { ask } = await through((request, response) => {
      page(request, response, request.headers.authorization);
    });
    await ask([GET, HOST, 'Authorization: Bearer ann']);

    expect((await ask()).body).toBe('/page null');
    expect((await ask()).cache).toMatch(/^hit/);
  });

  test('a cookie that was set for another client, 50 at once included', async () => {
    let run = 0;
    const { ask } = await through((_request, response) => {
      run += 1;
      const cookie = `session=${run}`;
      setTimeout(
        () => response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Set-Cookie': cookie }).end(cookie),
        20,
      );
    });
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask()));

    const cookies = answers.map(({ text }) => /^set-cookie: (.*)$/im.exec(text)?.[1]);
    expect(new Set(cookies).size).toBe(50);
    for (const [index, { body }] of answers.entries()) expect(body.split('\r\n')).toContain(cookies[index]);
  });

  test.each([
    ['no-store'],
    ['max-age=60; no-store'],
    ['max-age=60', 'private'],
    ['PRIVATE=""'],
    ['"no-store'],
    ['max-age=60, ext="a, private'],
    ['max-age=60 no-store'],
    ['no-store; must-understand, max-age=60'],
  ])('what is not to be stored: %s %s', async (...lines) => {
    let run = 0;
    const { ask } = await through((_request, response) => {
      run += 1;
      response.setHeader('Cache-Control', lines).end(String(run));
    });

    expect([(await ask()).body, (await ask()).body, (await ask()).body]).toEqual(['1', '2', '3']);
  });

  test('one variant for another, Vary being on two lines', async () => {
    const { ask, runs } = await through((request, response) => {
      response.setHeader('Vary', ['Accept', 'X-Tenant']);
      page(request, response, [request.headers.accept, request.headers['x-tenant']]);
    });
    const bodies = [];
    for (const accept of ['a/b', 'c/d', 'a/b']) {
      for (const tenant of ['red', 'blue'])
        bodies.push((await ask([GET, HOST, `Accept: ${accept}`, `X-Tenant: ${tenant}`])).body);
    }

    expect(bodies).toEqual(
      ['a/b', 'c/d', 'a/b'].flatMap((accept) => ['red', 'blue'].map((tenant) => `/page ["${accept}","${tenant}"]`)),
    );
    expect(runs()).toBe(4);
  });

  test.each([
    ['is shorter than it says', 'Content-Length: 9\r\n\r\nhalf'],
    ['ends within a chunk', 'Transfer-Encoding: chunked\r\n\r\n9\r\nhalf'],
    ['has no last chunk', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('a body that %s', async (_what, rest) => {
    let run = 0;
    const from = await rawOrigin((socket) => {
      run += 1;
      const whole = 'Content-Length: 5\r\n\r\nwhole';
      socket.end(`HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nConnection: close\r\n${run === 1 ? rest : whole}`);
    });
    const { url } = await startGateway(from);
    await exchange(url, [GET, HOST]);

    expect(told(await exchange(url, [GET, HOST])).body).toBe('whole');
    expect(told(await exchange(url, [GET, HOST])).cache).toMatch(/^hit/);
  });

  test('the answer to HEAD, to a range, or to a GET with a body', async () => {
    const { ask, url } = await through((request, response) => {
      request.resume();
      response.setHeader('Cache-Control', 'max-age=60');
      if (request.headers.range !== undefined && request.method === 'GET') {
        return void response.writeHead(206, { 'Content-Range': 'bytes 0-1/5' }).end('wh');
      }
      response.end(request.headers['content-length'] === undefined ? 'whole' : 'asked');
    });
    await ask(['HEAD /page HTTP/1.1', HOST]);
    await ask([GET, HOST, 'Range: bytes=0-1']);
    await exchange(url, [GET, HOST, 'Content-Length: 1'], 'x');

    expect([(await ask()).status, (await ask()).body]).toEqual(['200', 'whole']);
    expect((await ask()).cache).toMatch(/^hit/);
  });

  test('what belongs to the connection of another', async () => {
    const { ask } = await through((_request, response) => {
      response.writeHead(200, {
        'Cache-Control': 'max-age=60',
        Connection: 'X-Listed',
        'X-Listed': 'secret',
        'Proxy-Authenticate': 'Basic',
        Upgrade: 'h2c',
        'Keep-Alive': 'timeout=99',
      });
      response.end('page');
    });
    const both = [await ask(), await ask()];

    expect(both[1]?.cache).toMatch(/^hit/);
    for (const { text } of both) expect(text).not.toMatch(/x-listed|proxy-authenticate|upgrade|timeout=99/i);
  });

  test('nothing because somebody else has left: 50 wait, the first goes', async () => {
    let asked: (() => void) | undefined;
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let answer: (() => void) | undefined;
    const { url, ask, runs } = await through((request, response) => {
      answer = () => page(request, response, 'for all');
      asked?.();
    });
    const leader = await open(url);
    leader.write(`${GET}\r\n${HOST}\r\n\r\n`);
    await arrived;
    const followers = Array.from({ length: 50 }, () => ask());
    leader.destroy();
    setTimeout(() => answer?.(), 100);

    expect(new Set((await Promise.all(followers)).map(({ body }) => body))).toEqual(new Set(['/page "for all"']));
    expect(runs()).toBe(1);
  });
});
