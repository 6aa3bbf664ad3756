import { expect, test } from 'vitest';
import { openCache } from '../src/cache.ts';
import { readOptions } from '../src/options.ts';
import { StartError } from '../src/start-error.ts';

const origin = ['--origin', 'http://localhost:3000'];

test('an origin is enough', () => {
  expect(readOptions(origin)).toMatchObject({
    origin: new URL('http://localhost:3000'),
    host: '127.0.0.1',
    port: 8080,
    framework: 'express',
    mode: 'standard',
    forwarded: 'replace',
    originTimeout: 30_000,
  });
  expect(readOptions([...origin, '--no-cache']).mode).toBeUndefined();
});

test.each([
  [[], /^--origin is missing\n\nnpm run gateway/],
  [['--origin', 'localhost:3000'], /^--origin is "localhost:3000"; use a URL without a path/],
  [['--origin', 'http://localhost/path'], /use a URL without a path/],
  [['--origin', 'http://user@localhost/'], /use a URL without a path/],
  [[...origin, '--port', '65536'], /^--port is "65536"; use a whole number from 0 to 65535$/],
  [[...origin, '--framework', 'rails'], /^--framework is "rails"; use express or koa or hono or nestjs$/],
  [[...origin, '--mode', 'fast'], /^--mode is "fast"; use standard or safe$/],
  [[...origin, '--health', 'healthz'], /^--health is "healthz"; use a path such as/],
  [[...origin, '--drain', '0'], /^--drain is "0"/],
  [[...origin, '--verbose'], /^Unknown option '--verbose'/],
])('%j is explained', (parameters, message) => {
  expect(() => readOptions(parameters)).toThrow(StartError);
  expect(() => readOptions(parameters)).toThrow(message);
});

test('a backend that is none is explained', async () => {
  const options = readOptions([...origin, '--backend', 'floppy']);
  await expect(openCache(options)).rejects.toThrow(/^--backend is "floppy"; use memory, sqlite:FOLDER/);
});
