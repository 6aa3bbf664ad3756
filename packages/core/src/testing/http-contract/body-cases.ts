import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert/strict';
import type { Client, HttpPart } from './case.ts';
import type { Answer } from './client.ts';
import { ALL_BYTES, counted, gate, numbered, pieces } from './handlers.ts';
import type { HttpAnswer } from './harness.ts';

/** What a hit sends is what the handler sent. */
export function bodyCases(): HttpPart[] {
  return [
    ...SAME.map(([what, answer]) => sameAgain(what, answer)),
    {
      name: 'bodies: JSON and other text arrive in UTF-8, with the length in bytes',
      async run({ start }) {
        const body = JSON.stringify({ city: 'Łódź', sign: '漢字 🏙' });
        const client = await start(route(() => ({ headers: [['Content-Type', 'application/json']], body })));
        for (const answer of await twice(client)) {
          strictEqual(answer.text, body);
          match(answer.header('content-type') ?? '', /^application\/json/);
          const length = answer.header('content-length');
          ok(length === undefined || length === String(Buffer.byteLength(body)), `Content-Length is ${length}`);
        }
      },
    },
    {
      name: 'bodies: the first piece of a stream is with the client before the handler makes the second',
      async run({ start }) {
        const more = gate();
        const client = await start(route(() => ({ body: pieces('first ', more.opened, 'second') })));
        const answer = await client.open('/page');
        const read = answer.chunks[Symbol.asyncIterator]();
        const first = await read.next();
        strictEqual(Buffer.from(first.value as Uint8Array).toString(), 'first ');
        more.open();
        strictEqual(Buffer.from((await read.next()).value as Uint8Array).toString(), 'second');
        strictEqual((await read.next()).done, true);
        const hit = await client.get('/page');
        deepStrictEqual([hit.text, hit.cacheStatus?.startsWith('hit')], ['first second', true]);
      },
    },
    {
      name: 'bodies: larger ones than maxBodyBytes pass whole and are not stored',
      async run({ start }) {
        const client = await start([
          { path: '/whole', policy: { maxBodyBytes: 1023 }, handler: () => ({ body: ALL_BYTES }) },
          { path: '/stream', policy: { maxBodyBytes: 1023 }, handler: () => ({ body: inPieces(ALL_BYTES) }) },
          { path: '/fits', policy: { maxBodyBytes: 1024 }, handler: () => ({ body: ALL_BYTES }) },
        ]);
        for (const path of ['/whole', '/stream', '/fits']) {
          const answers = [await client.get(path), await client.get(path)];
          for (const { body } of answers) deepStrictEqual([...body], [...ALL_BYTES]);
          strictEqual(answers[1]?.cacheStatus?.startsWith('hit'), path === '/fits', path);
        }
      },
    },
    {
      name: 'bodies: what breaks off in the middle is not stored',
      needs: 'socket',
      async run({ start }) {
        const page = counted((run) => ({
          body: run === 1 ? pieces('half', new Error('broken off by the contract')) : pieces('half', ' and half'),
        }));
        const client = await start(route(page.handler));
        await rejects(client.get('/page'));
        strictEqual((await client.get('/page')).text, 'half and half');
        strictEqual((await client.get('/page')).text, 'half and half');
        strictEqual(page.runs, 2);
      },
    },
    {
      name: 'bodies: less than Content-Length says is not stored',
      needs: 'socket',
      async run({ start }) {
        const page = counted((run) => ({
          headers: [['Content-Length', '8']],
          body: run === 1 ? pieces('half', new Error('broken off by the contract')) : 'half, ok',
        }));
        const client = await start(route(page.handler));
        await rejects(client.get('/page'));
        strictEqual((await client.get('/page')).text, 'half, ok');
        strictEqual(page.runs, 2);
      },
    },
    {
      name: 'HEAD: is answered from a stored GET, without its body and with its fields',
      async run({ start }) {
        const page = numbered([['X-Kind', 'numbered']]);
        const client = await start(route(page.handler));
        await client.get('/page');
        const [get, head] = [await client.get('/page'), await client.get('/page', { method: 'HEAD' })];
        deepStrictEqual([head.status, head.text, page.runs], [200, '', 1]);
        const about = (answer: Answer): unknown[] => {
          return ['content-type', 'content-length', 'etag', 'x-kind', 'cache-status'].map((name) =>
            answer.header(name),
          );
        };
        deepStrictEqual(about(head), about(get));
      },
    },
    {
      name: 'HEAD: before any GET, its empty body is not stored as that of GET',
      async run({ start }) {
        const client = await start(route(numbered().handler));
        const head = await client.get('/page', { method: 'HEAD' });
        deepStrictEqual([head.status, head.text], [200, '']);
        match((await client.get('/page')).text, /^run \d$/);
      },
    },
  ];
}

const SAME: readonly (readonly [what: string, answer: () => HttpAnswer])[] = [
  ['binary', () => ({ headers: [['Content-Type', 'image/png']], body: ALL_BYTES })],
  ['a binary stream', () => ({ headers: [['Content-Type', 'image/png']], body: inPieces(ALL_BYTES) })],
  ['a stream of text', () => ({ headers: [['Content-Type', 'text/plain']], body: pieces('one ', 'two ', 'three') })],
  ['empty text', () => ({ headers: [['Content-Type', 'text/plain']], body: '' })],
  ['no body', () => ({ status: 204 })],
  ['a redirect', () => ({ status: 301, headers: [['Location', '/elsewhere']] })],
];

function sameAgain(what: string, answer: () => HttpAnswer): HttpPart {
  return {
    name: `bodies: ${what} comes the same from the cache`,
    async run({ start }) {
      const page = counted(answer);
      const client = await start(route(page.handler));
      const [miss, hit] = await twice(client);
      strictEqual(page.runs, 1);
      match(hit.cacheStatus ?? '', /^hit/);
      deepStrictEqual([hit.status, [...hit.body]], [miss.status, [...miss.body]]);
      const { status = 200, headers = [], body } = answer();
      strictEqual(hit.status, status);
      if (body === ALL_BYTES) deepStrictEqual([...hit.body], [...ALL_BYTES]);
      for (const [name, value] of headers) {
        strictEqual(hit.header(name), miss.header(name));
        ok(hit.header(name)?.startsWith(value), `${name} is ${hit.header(name)}`);
      }
    },
  };
}

function route(handler: (...args: never[]) => HttpAnswer | Promise<HttpAnswer>) {
  return { path: '/page', policy: {}, handler: handler as () => HttpAnswer };
}

async function twice(client: Client): Promise<[Answer, Answer]> {
  return [await client.get('/page'), await client.get('/page')];
}

function inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  return pieces(bytes.subarray(0, 1), bytes.subarray(1, 700), bytes.subarray(700));
}
