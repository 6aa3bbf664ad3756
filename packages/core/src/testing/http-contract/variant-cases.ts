import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { HttpPart } from './case.ts';
import { counted, numbered, text } from './handlers.ts';

/** Parts of what is stored, parameters that do not count, and codings that the cache makes. */
export function variantCases(): HttpPart[] {
  return [...RANGES, ...QUERIES, ...ENCODINGS];
}

const LONG = 'The same words again and again, so that they can be compressed. '.repeat(40);

const RANGES: readonly HttpPart[] = [
  {
    name: 'ranges: are answered from what is stored whole',
    async run({ start }) {
      const page = counted(() => text('0123456789', [['ETag', '"v1"']]));
      const client = await start({ path: '/page', policy: {}, handler: page.handler });
      await client.get('/page');
      for (const [range, body, said] of [
        ['bytes=2-4', '234', 'bytes 2-4/10'],
        ['bytes=-2', '89', 'bytes 8-9/10'],
        ['bytes=7-', '789', 'bytes 7-9/10'],
      ]) {
        const answer = await client.get('/page', { headers: { range: range ?? '' } });
        deepStrictEqual([answer.status, answer.text, answer.header('content-range')], [206, body, said]);
        match(answer.cacheStatus ?? '', /^hit/);
      }
      const beyond = await client.get('/page', { headers: { range: 'bytes=10-' } });
      deepStrictEqual([beyond.status, beyond.header('content-range')], [416, 'bytes */10']);
      strictEqual(page.runs, 1);
    },
  },
  {
    name: 'ranges: If-Range with another validator gets the whole',
    async run({ start }) {
      const page = counted(() => text('0123456789', [['ETag', '"v1"']]));
      const client = await start({ path: '/page', policy: {}, handler: page.handler });
      await client.get('/page');
      const ask = (validator: string) => ({ headers: { range: 'bytes=2-4', 'if-range': validator } });
      const [same, other] = [await client.get('/page', ask('"v1"')), await client.get('/page', ask('"v0"'))];
      deepStrictEqual([same.status, same.text, other.status, other.text], [206, '234', 200, '0123456789']);
    },
  },
];

const QUERIES: readonly HttpPart[] = [
  {
    name: 'query: ignored parameters tell nothing apart, and the handler does not see them',
    async run({ start }) {
      const page = counted((run, { url }) => text(`${run} ${url}`));
      const policy = { query: { ignore: ['utm_source'] } };
      const client = await start({ path: '/page', policy, handler: page.handler });
      strictEqual((await client.get('/page?utm_source=mail&a=1')).text, '1 /page?a=1');
      strictEqual((await client.get('/page?a=1&utm_source=web')).text, '1 /page?a=1');
      strictEqual((await client.get('/page?a=2')).text, '2 /page?a=2');
    },
  },
  {
    name: 'query: with a list of what is allowed, all else is ignored',
    async run({ start }) {
      const page = counted((run, { url }) => text(`${run} ${url}`));
      const client = await start({ path: '/page', policy: { query: { allow: ['a'] } }, handler: page.handler });
      strictEqual((await client.get('/page?x=1&a=1')).text, '1 /page?a=1');
      strictEqual((await client.get('/page?a=1&%78=2')).text, '1 /page?a=1');
      strictEqual((await client.get('/page?x=3')).text, '2 /page');
    },
  },
  {
    name: 'query: parameters that the response says do not count (No-Vary-Search)',
    async run({ start }) {
      const page = numbered([['No-Vary-Search', 'params=("session")']]);
      const client = await start({ path: '/page', policy: {}, handler: page.handler });
      strictEqual((await client.get('/page?a=1&session=x')).text, 'run 1');
      strictEqual((await client.get('/page?a=1&session=y')).text, 'run 1');
      strictEqual((await client.get('/page?a=2&session=x')).text, 'run 2');
    },
  },
];

const ENCODINGS: readonly HttpPart[] = [
  {
    name: 'encodings: what the cache has coded goes to those who accept it, the rest stays as it is',
    needs: 'socket',
    async run({ start }) {
      const page = counted((run) => text(`${run} ${LONG}`));
      const client = await start({ path: '/page', policy: { encodings: ['br', 'gzip'] }, handler: page.handler });
      const get = (accept: string | undefined) =>
        client.get('/page', accept === undefined ? {} : { headers: { 'accept-encoding': accept } });
      await get(undefined);
      const [plain, br, gzip, none] = [
        await get(undefined),
        await get('gzip, br'),
        await get('gzip'),
        await get('br;q=0, gzip;q=0'),
      ];
      strictEqual(page.runs, 1);
      strictEqual(plain.text, `1 ${LONG}`);
      deepStrictEqual([br.header('content-encoding'), gzip.header('content-encoding')], ['br', 'gzip']);
      deepStrictEqual(
        [brotliDecompressSync(br.body).toString(), gunzipSync(gzip.body).toString()],
        [plain.text, plain.text],
      );
      deepStrictEqual([none.text, none.header('content-encoding')], [plain.text, undefined]);
      ok(br.body.byteLength < plain.body.byteLength / 4);
      for (const answer of [plain, br, gzip]) match(answer.header('vary') ?? '', /accept-encoding/i);
      const tags = [plain, br, gzip].map((answer) => answer.header('etag'));
      strictEqual(new Set(tags).size, 3);
      const notModified = await client.get('/page', {
        headers: { 'accept-encoding': 'br', 'if-none-match': br.header('etag') ?? '' },
      });
      strictEqual(notModified.status, 304);
      const otherCoding = await client.get('/page', {
        headers: { 'accept-encoding': 'gzip', 'if-none-match': br.header('etag') ?? '' },
      });
      strictEqual(otherCoding.status, 200);
    },
  },
  {
    name: 'encodings: what the handler has coded itself is not sent to those who cannot read it',
    needs: 'socket',
    async run({ start }) {
      const page = counted((_run, { header }) =>
        header('accept-encoding')?.includes('made-up') === true
          ? text('coded', [['Content-Encoding', 'made-up']])
          : text('plain'),
      );
      const client = await start({ path: '/page', policy: {}, handler: page.handler });
      for (let time = 0; time < 2; time += 1) {
        strictEqual((await client.get('/page', { headers: { 'accept-encoding': 'made-up' } })).text, 'coded');
        strictEqual((await client.get('/page')).text, 'plain');
      }
      strictEqual(page.runs, 2);
      notStrictEqual((await client.get('/page')).header('vary'), undefined);
    },
  },
];
