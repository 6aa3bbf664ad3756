import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { exchange } from './support/client.ts';
import { startGateway } from './support/gateway.ts';
import { origin } from './support/origin.ts';

const GET = ['GET / HTTP/1.1', 'Host: a'];

test('the cache can be on disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const server = await origin((_request, response) => response.end('hello'));
  const gateway = await startGateway(server, `--backend=sqlite:${folder}`);
  expect(await exchange(gateway.url, GET)).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*hello/);
  await gateway.stop();
  expect(readdirSync(folder).length).toBeGreaterThan(0);
});

test.each(['redis', 'memcached'])('a cache in a %s that is away is no cache, and one line', async (kind) => {
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => errors.mockRestore());
  const server = await origin((_request, response) => response.setHeader('Cache-Control', 'max-age=60').end('hello'));
  const gateway = await startGateway(server, `--backend=${kind}://127.0.0.1:1`);
  for (let count = 0; count < 3; count++) expect(await exchange(gateway.url, GET)).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(errors.mock.calls.length).toBe(1);
  expect(String(errors.mock.calls[0]?.[0])).toMatch(/^cache .*: [^\n]+$/);
});
