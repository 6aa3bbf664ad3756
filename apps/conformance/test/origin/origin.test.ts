import { expect, onTestFinished, test } from 'vitest';
import { type ClientResponse, send } from '../../src/client/send.ts';
import { startOrigin } from '../../src/origin/origin.ts';
import type { SeenRequest } from '../../src/origin/script.ts';
import type { TestRequest } from '../../src/suite/model.ts';

type Ask = (
  number: number | undefined,
  fields?: readonly (readonly [string, string])[],
  path?: string,
) => Promise<ClientResponse>;

async function stage(
  requests: readonly TestRequest[],
): Promise<{ ask: Ask; seen: readonly SeenRequest[]; url: string }> {
  const origin = await startOrigin();
  onTestFinished(() => origin.close());
  const { seen } = origin.stage({ id: 'own', name: 'own', requests }, 'token');
  const ask: Ask = (number, fields = [], path = '/test/token') => {
    const numbered = number === undefined ? fields : [...fields, ['Req-Num', String(number)] as const];
    return send({ method: 'GET', url: origin.url + path, fields: numbered, body: undefined }, 5_000);
  };
  return { ask, seen, url: origin.url };
}

test('it counts, tells its clock, and remembers what it was asked', async () => {
  const { ask, seen } = await stage([
    {
      response_headers: [
        ['Expires', 60],
        ['X-Loose', 'a', false],
      ],
    },
    {},
  ]);
  const before = Date.now();
  const first = await ask(1, [['X-Own', 'b']], '/test/token/file?q=1');
  const now = Number(first.fields.get('Server-Now'));
  expect(now).toBeGreaterThanOrEqual(before);
  expect(first.body).toBe('token');
  expect(first.fields.get('Expires')).toBe(new Date(now + 60_000).toUTCString());
  expect(first.fields.get('Server-Base-Url')).toBe('/test/token/file?q=1');
  expect(first.fields.get('Content-Type')).toBe('text/plain');
  const second = await ask(undefined);
  expect(second.fields.get('Server-Request-Count')).toBe('2');
  expect(second.fields.get('Request-Numbers')).toBe('1 NaN');
  expect(seen[0]).toMatchObject({
    number: 1,
    method: 'GET',
    fields: { 'x-own': 'b' },
    checkedFields: [['Expires', first.fields.get('Expires')]],
  });
});

test('lines of one name stay lines', async () => {
  const { ask, seen } = await stage([
    {
      response_headers: [
        ['Vary', 'a'],
        ['vary', 'b', false],
        ['Vary', 'c'],
      ],
    },
  ]);
  const { fields } = await ask(1);
  expect(fields.lines.filter(([name]) => name === 'Vary')).toEqual([
    ['Vary', 'a'],
    ['Vary', 'b'],
    ['Vary', 'c'],
  ]);
  expect(seen[0]?.checkedFields).toEqual([['Vary', 'a, b, c']]);
});

test.each([
  ['the right tag', [['If-None-Match', '"a"']], 304],
  ['the right date', [['If-Modified-Since', 'LAST']], 304],
  ['another tag', [['If-None-Match', '"b"']], 999],
  ['no condition', [], 999],
] as const)('a validation with %s', async (_name, condition, status) => {
  const { ask } = await stage([
    {
      response_headers: [
        ['ETag', '"a"'],
        ['Last-Modified', -100],
      ],
    },
    { expected_type: 'etag_validated' },
  ]);
  const last = (await ask(1)).fields.get('Last-Modified') ?? '';
  const fields = condition.map(([name, value]) => [name, value === 'LAST' ? last : value] as const);
  expect((await ask(2, fields)).status).toBe(status);
});

test('a validation of what was answered from the cache in between', async () => {
  const { ask } = await stage([{}, { response_headers: [['ETag', '"a"']] }, { expected_type: 'etag_validated' }]);
  await ask(1);
  expect((await ask(3, [['If-None-Match', '"a"']])).status).toBe(304);
});

test('it disconnects, and remembers that too', async () => {
  const { ask, seen } = await stage([{ disconnect: true }]);
  await expect(ask(1)).rejects.toThrow(/hang up|ECONNRESET/);
  expect(seen).toHaveLength(1);
});

test('locations are below the URL of the request', async () => {
  const { ask } = await stage([
    {
      response_headers: [
        ['Location', 'a'],
        ['Content-Location', ''],
      ],
      magic_locations: true,
    },
  ]);
  const { fields } = await ask(1);
  expect([fields.get('Location'), fields.get('Content-Location')]).toEqual(['/test/token/a', '/test/token']);
});

test('what is not part of a test is refused', async () => {
  const { ask, seen } = await stage([{}]);
  expect((await ask(1, [], '/test/other')).status).toBe(404);
  expect((await ask(1, [], '/')).status).toBe(404);
  expect((await ask(2)).status).toBe(409);
  expect(seen).toEqual([]);
});
