import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { everything, open } from './support/client.ts';
import { startGateway } from './support/gateway.ts';
import { origin } from './support/origin.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test('requests under way are answered, idle connections are closed, nobody new comes in', async () => {
  const asked: ServerResponse[] = [];
  const server = await origin((_request, response) => asked.push(response));
  const gateway = await startGateway(server, '--drain=60');
  const [busy, idle] = [await open(gateway.url), await open(gateway.url)];
  busy.write(GET);
  await expect.poll(() => asked.length).toBe(1);
  const stopped = gateway.stop();
  await once(idle.resume(), 'close');
  await expect(open(gateway.url)).rejects.toThrow(/ECONNREFUSED/);
  asked[0]?.end('the whole answer');
  expect(await everything(busy)).toMatch(/\r\nConnection: close\r\n[^]*the whole answer$/);
  await stopped;
});

test('what does not end is cut off', async () => {
  const asked: ServerResponse[] = [];
  const gateway = await startGateway(await origin((_request, response) => asked.push(response)), '--drain=1');
  const busy = await open(gateway.url);
  busy.write(GET);
  await expect.poll(() => asked.length).toBe(1);
  const [answer] = await Promise.all([everything(busy), gateway.stop()]);
  expect(answer).toBe('');
});
