import { once } from 'node:events';
import { expect, test } from 'vitest';
import { type AccessRecord, formatRecord, logAccess } from '../src/access-log.ts';
import { exchange, open } from './support/client.ts';
import { startGateway } from './support/gateway.ts';
import { origin } from './support/origin.ts';

async function printedLine(printed: readonly string[], position: number): Promise<string> {
  await expect.poll(() => printed.length).toBeGreaterThan(position);
  return printed[position] ?? '';
}

test('each request is a line of the log, with what the cache did', async () => {
  const server = await origin((_request, response) => response.end('hello'));
  const gateway = await startGateway(server, '--log=json', '--mode=safe');
  await exchange(gateway.url, ['GET /a?b HTTP/1.1', 'Host: a']);
  const record = JSON.parse(await printedLine(gateway.printed, 1)) as AccessRecord;
  expect(record).toMatchObject({ client: '127.0.0.1', method: 'GET', url: '/a?b', status: 200, whole: true });
  expect(record.cache).toMatch(/^gateway; fwd=uri-miss/);
  expect(record.bytes).toBeGreaterThan(100);
  expect(Date.parse(record.time)).toBeGreaterThan(0);
  await exchange(gateway.url, ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 0']);
  expect((JSON.parse(await printedLine(gateway.printed, 2)) as AccessRecord).cache).toMatch(/fwd=(bypass|method)/);
});

test.each(['object', 'list', 'before'] as const)('the Cache-Status of a head that is given as %s', async (form) => {
  const records: AccessRecord[] = [];
  const server = await origin((request, response) => {
    logAccess(request, response, (record) => records.push(record));
    if (form === 'before') response.setHeader('Cache-Status', 'c; hit').writeHead(200);
    else
      response.writeHead(200, form === 'list' ? ['Age', '1', 'cache-status', 'c; hit'] : { 'Cache-Status': 'c; hit' });
    response.end();
  });
  await exchange(server, ['GET / HTTP/1.1', 'Host: a']);
  await expect.poll(() => records.map(({ cache }) => cache)).toEqual(['c; hit']);
});

test('a client that leaves is a line, too', async () => {
  let asked = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const gateway = await startGateway(await origin(() => asked()), '--log=text', '--no-cache');
  const socket = await open(gateway.url);
  socket.write('GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
  await arrived;
  socket.destroy();
  await once(socket, 'close');
  expect(await printedLine(gateway.printed, 1)).toMatch(/^\S+ 127\.0\.0\.1 "GET \/x" 0 0 [\d.]+ms "" cut off$/);
});

test('a line cannot be forged', () => {
  const record = {
    time: 't',
    client: 'c',
    method: 'GET',
    status: 200,
    bytes: 1,
    milliseconds: 2,
    cache: 'x; hit',
    whole: true,
  };
  expect(formatRecord({ ...record, url: '/"\n' }, 'text')).toBe(`t c "GET /\\"\\n" 200 1 2ms "x; hit"`);
  expect(formatRecord({ ...record, url: '/\n' }, 'json')).not.toContain('\n');
});

test('the health route is answered without the origin, and is no line', async () => {
  const gateway = await startGateway('http://127.0.0.1:1', '--health=/healthz', '--log=text');
  expect(await exchange(gateway.url, ['GET /healthz HTTP/1.1', 'Host: a'])).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*"ok"\}$/);
  expect(await exchange(gateway.url, ['POST /healthz HTTP/1.1', 'Host: a', 'Content-Length: 0'])).toMatch(
    /^HTTP\/1.1 502/,
  );
  expect(await printedLine(gateway.printed, 1)).toMatch(/"POST \/healthz" 502/);
});
