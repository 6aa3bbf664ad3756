import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { httpContenders } from '../src/http/contender.ts';
import { AnswerReader } from '../src/http/load/answer-reader.ts';
import { CONTENT_TYPE, PAGE } from '../src/http/page.ts';
import type { ServerProcess } from '../src/http/server-process.ts';
import { verifyNotModified, verifyPage } from '../src/http/verify.ts';

const running: ServerProcess[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())));

describe('a server is rejected that', () => {
  test.each([
    ['sends another status', 201, CONTENT_TYPE, PAGE, 'it answered 201 and not 200'],
    ['sends another type', 200, 'text/html', PAGE, 'its content-type was text/html'],
    ['sends a part', 200, CONTENT_TYPE, PAGE.subarray(1), 'its body was another one, of 10239 bytes'],
  ])('%s', async (_title, status, type, body, wrong) => {
    const server = await run(1, (_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    expect(await verifyPage(server, true)).toBe(wrong);
  });

  test('is wrong only on the hit', async () => {
    let requests = 0;
    const server = await run(1, (_request, response) => {
      const body = requests++ === 0 ? PAGE : Buffer.from('');
      response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(body);
    });
    expect(await verifyPage(server, true)).toBe('its body was another one, of 0 bytes');
  });

  test('runs its handler for a hit', async () => {
    const page: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(PAGE);
    };
    expect(await verifyPage(await run(1, page), true)).toBeUndefined();
    expect(await verifyPage(await run(2, page), true)).toBe('its handler ran 2 times for 2 requests');
    expect(await verifyPage(await run(2, page), false)).toBeUndefined();
  });

  test('sends the page to a client that has it', async () => {
    const server = await run(1, (_request, response) => {
      response.writeHead(200, { etag: '"a"' }).end(PAGE);
    });
    expect(await verifyNotModified(server, '"a"', true)).toBe('it answered 200 and not 304');
  });
});

test('each contender names a server module', async () => {
  for (const { module } of httpContenders) {
    expect(import.meta.resolve(`../src/http/servers/${module}.ts`)).toBeTypeOf('string');
  }
});

describe('the client finds the end of an answer', () => {
  const answers: readonly (readonly [string, string, number])[] = [
    ['with a length', `HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world`, 200],
    ['without a body', `HTTP/1.1 304 Not Modified\r\nContent-Length: 10240\r\n\r\n`, 304],
    ['in chunks', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, 200],
  ];

  test.each(answers)('%s, wherever the network splits it', (_title, text, status) => {
    const bytes = Buffer.from(text);
    const seen: number[] = [];
    const reader = new AnswerReader((found) => seen.push(found));
    for (let split = 1; split < bytes.length - 5; split++) {
      reader.push(bytes.subarray(0, split));
      expect(seen).toHaveLength(split - 1);
      reader.push(bytes.subarray(split));
      expect(seen).toHaveLength(split);
    }
    expect(new Set(seen)).toEqual(new Set([status]));
  });
});

/** A server in this process that claims that its handler ran so often. */
async function run(handled: number, listener: RequestListener): Promise<ServerProcess> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const process = {
    port,
    work: () => Promise.resolve({ handled, cpuMs: 0 }),
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
  running.push(process);
  return process;
}
