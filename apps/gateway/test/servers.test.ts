import { expect, describe, test } from 'vitest';
import { exchange } from './support/client.ts';
import { FRAMEWORKS } from '../src/options.ts';
import { startGateway } from './support/gateway.ts';
import { origin } from './support/origin.ts';

describe.each(FRAMEWORKS)('the gateway on %s', (framework) => {
  test('passes on and answers again from the cache', async () => {
    let asked = 0;
    const url = await origin((request, response) => {
      asked += 1;
      response.setHeader('Cache-Control', request.url === '/never' ? 'no-store' : 'max-age=60');
      response.end(`${request.method} ${request.url} ${asked}`);
    });
    const gateway = await startGateway(url, '--framework', framework);
    const get = async (target: string): Promise<string | undefined> =>
      (await exchange(gateway.url, [`GET ${target} HTTP/1.1`, 'Host: a'])).split('\r\n').at(-1);

    for (const target of ['/', '/a?b=c', '/%zz//a?b']) {
      const first = await get(target);
      expect(first).toContain(`GET ${target}`);
      expect(await get(target)).toBe(first);
    }
    expect([await get('/never'), await get('/never')]).toEqual(['GET /never 4', 'GET /never 5']);
  });

  test('answers what it has instead of an error of the origin', async () => {
    let fails = false;
    const url = await origin((_request, response) => {
      response.statusCode = fails ? 503 : 200;
      response.setHeader('Cache-Control', 'max-age=0, stale-if-error=60');
      response.write(fails ? 'sorry' : 'pa');
      setImmediate(() => response.end(fails ? '!' : 'ge'));
    });
    const gateway = await startGateway(url, '--framework', framework);
    const lines = ['GET / HTTP/1.1', 'Host: a'];
    await exchange(gateway.url, lines);
    fails = true;
    const answer = await exchange(gateway.url, lines);
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*Cache-Status: gateway; fwd=stale; fwd-status=503; ttl=-?\d\r\n/i);
    expect(answer).toMatch(/\r\n\r\npage$/);
  });

  test('passes methods and bodies on without a cache', async () => {
    const url = await origin((request, response) => {
      const body: Buffer[] = [];
      request.on('data', (chunk: Buffer) => body.push(chunk));
      request.on('end', () => response.end(`${request.method} ${Buffer.concat(body).toString()}`));
    });
    const gateway = await startGateway(url, '--framework', framework, '--no-cache');
    const lines = ['M-SEARCH /%zz HTTP/1.1', 'Host: a', 'Content-Type: application/json', 'Content-Length: 3'];
    expect(await exchange(gateway.url, lines, 'abc')).toMatch(/M-SEARCH abc/);
  });
});
