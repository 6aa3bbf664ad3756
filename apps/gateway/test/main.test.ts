import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { exchange } from './support/client.ts';
import { origin } from './support/origin.ts';

const patience = { timeout: 30_000 };
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function run(...parameters: readonly string[]) {
  const child = spawn(process.execPath, [main, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  return { child, errors: text(child.stderr), code: closed.then(([code]) => code) };
}

test.each(['SIGTERM', 'SIGINT'] as const)('it starts, passes on, and ends well on %s', patience, async (signal) => {
  const server = await origin((_request, response) => response.end('hello'));
  const { child, errors, code } = run('--origin', server, '--port', '0');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: first } = (await lines.next()) as { value: string };
  expect(first).toMatch(/^gateway \(express, standard\) listening on http:\/\/127\.0\.0\.1:\d+ for http:/);
  const url = /on (\S+)/.exec(first)?.[1] ?? '';
  expect(await exchange(url, ['GET / HTTP/1.1', 'Host: a'])).toMatch(/hello\r\n0\r\n\r\n$|hello$/);
  expect((await lines.next()).value).toMatch(/"GET \/" 200/);
  child.kill(signal);
  expect([await code, await errors]).toEqual([0, '']);
});

test('a taken port is one line and exit code 1', patience, async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => {
    other.close();
  });
  const { port } = other.address() as AddressInfo;
  const { code, errors } = run('--origin', 'http://localhost:1', '--port', String(port));
  expect([await code, await errors]).toEqual([1, `--port ${port} is taken; choose another\n`]);
});

test('an address of another machine is one line and exit code 1', patience, async () => {
  const { code, errors } = run('--origin', 'http://localhost:1', '--port', '0', '--host', '192.0.2.1');
  expect([await code, await errors]).toEqual([1, '--host 192.0.2.1 is no address of this machine\n']);
});
