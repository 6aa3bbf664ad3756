import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildDatabase } from '../src/data/build.ts';
import { startProcess } from './support/child.ts';
import { temporaryFolder } from './support/folder.ts';
import { rows } from './support/rows.ts';
import { sendRequest } from './support/server.ts';

const patience = { timeout: 30_000 };

const ready = /^Atlas \(express\) on http:\/\/localhost:(\d+)$/;

function smallFile(): string {
  const file = join(temporaryFolder(), 'atlas.sqlite');
  buildDatabase(file, rows);
  return file;
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'it starts on a free port, answers, and ends well on %s',
  patience,
  async (signal) => {
    const atlas = startProcess({ PORT: '0', ATLAS_DATA: smallFile() }, ['--framework', 'express']);
    const [, port] = await atlas.line(ready);
    expect((await sendRequest(Number(port), 'GET', '/healthz')).body).toBe('{"status":"ok"}');
    expect((await sendRequest(Number(port), 'GET', '/')).status).toBe(200);
    const idle = connect(Number(port), '127.0.0.1');
    await once(idle, 'connect');
    atlas.child.kill(signal);
    expect(await atlas.end()).toEqual({ code: 0, errors: '' });
  },
);

test('a taken port is one line and exit code 1', patience, async () => {
  const other = createServer().listen(0);
  await once(other, 'listening');
  onTestFinished(() => {
    other.close();
  });
  const { port } = other.address() as AddressInfo;
  const atlas = startProcess({ PORT: String(port), ATLAS_DATA: smallFile() });
  expect(await atlas.end()).toEqual({
    code: 1,
    errors: `PORT ${port} is taken; choose another, for example PORT=${port + 1}\n`,
  });
});

test.each(['http', '-1', '65536', '3000.5', ' '])('PORT %j is one line and exit code 1', patience, async (PORT) => {
  const atlas = startProcess({ PORT, ATLAS_DATA: smallFile() });
  expect(await atlas.end()).toEqual({ code: 1, errors: `PORT is "${PORT}"; use a number from 0 to 65535\n` });
});

test.each([
  ['--framework=rails', /^There is no framework "rails" here; use --framework [a-z|]+\n$/],
  ['--verbose', /^Unknown option '--verbose'.* Use --framework [a-z|]+\n$/],
])('%s is one line and exit code 1', patience, async (parameter, errors) => {
  const atlas = startProcess({ PORT: '0', ATLAS_DATA: smallFile() }, [parameter]);
  expect(await atlas.end()).toEqual({ code: 1, errors: expect.stringMatching(errors) as string });
});
