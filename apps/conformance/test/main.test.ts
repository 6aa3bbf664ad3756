import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { OWN_SUITE } from './support/own-suite.ts';

const patience = { timeout: 60_000 };
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

async function run(...parameters: readonly string[]): Promise<{ code: unknown; out: string; errors: string }> {
  const child = spawn(process.execPath, [main, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [[code], out, errors] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { code, out, errors };
}

function ownTests(): string {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'own.json');
  writeFileSync(file, JSON.stringify(OWN_SUITE));
  return file;
}

test('without tests it says where to get some', patience, async () => {
  const { code, errors } = await run();
  expect(code).toBe(2);
  expect(errors).toMatch(/^no tests given\n[^]*git clone https:\/\/github\.com\/http-tests\/cache-tests\n/);
});

test.each([
  [['--tests', 'a', '--suite', 'b'], /^use either --tests or --suite\n/],
  [['--tests', 'a', '--repeat', '0'], /^--repeat is "0"; use a whole number from 1\n/],
  [['--tests', 'a', '--base', 'http://localhost:1'], /^--base needs --origin-port\n/],
  [['--frobnicate'], /^Unknown option '--frobnicate'/],
  [['--suite', '/nowhere'], /^\/nowhere has neither/],
])('%j is explained', patience, async (parameters, message) => {
  expect(await run(...parameters)).toEqual({ code: 2, out: '', errors: expect.stringMatching(message) as string });
});

test('it plays the tests on the gateway and prints what came of it', patience, async () => {
  const { code, out } = await run('--tests', ownTests(), '--no-cache', '--repeat', '2');
  expect(out).toMatch(/^all +4 of 6 +0 of 2 +0 of 1$/m);
  expect(out).toMatch(/^> gateway \(express, no cache\) +4 +0$/m);
  expect(out).toMatch(/^optimal {2}fresh-is-reused {2}fail: Response 2 does not come from cache$/m);
  expect(out).toMatch(/^The runs were equal\.$/m);
  expect(code).toBe(0);
});

test('one test is shown from both sides', patience, async () => {
  const { out } = await run('--tests', ownTests(), '--no-cache', '--id', 'age-is-sent');
  expect(out).toMatch(/^--> 2 GET http:/m);
  expect(out).toMatch(/^<-- 2 200 OK$/m);
  expect(out).toMatch(/^==> the origin saw request 2: GET$/m);
  expect(out).not.toContain('fresh-is-reused');
});

test('the result as JSON', patience, async () => {
  const { out } = await run('--tests', ownTests(), '--no-cache', '--json');
  const { runs } = JSON.parse(out) as { runs: { score: { required: unknown }; results: Record<string, unknown> }[] };
  expect(runs[0]?.score.required).toEqual({ passed: 4, all: 6 });
  expect(runs[0]?.results).toMatchObject({
    'lost-origin': true,
    'fresh-is-reused': ['Assertion', 'Response 2 does not come from cache'],
  });
});
