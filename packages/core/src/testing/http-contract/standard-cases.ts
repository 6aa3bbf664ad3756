import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import type { ResponsePolicy } from '../../http/policy.ts';
import type { HttpPart } from './case.ts';
import { counted, numbered, text } from './handlers.ts';

/** The rules of RFC 9111 for origins that say what they mean (`mode: 'standard'`). */
export function standardCases(): HttpPart[] {
  return [
    {
      name: 'standard: only what says so is fresh, and responses are left as they are',
      async run({ start, clock }) {
        const client = await start([
          { path: '/silent', policy: STANDARD, handler: numbered().handler },
          { path: '/said', policy: STANDARD, handler: numbered([['Cache-Control', 's-maxage=60, max-age=1']]).handler },
        ]);
        const silent = await client.get('/silent');
        deepStrictEqual([silent.header('cache-control'), silent.header('vary')], [undefined, undefined]);
        strictEqual((await client.get('/silent')).text, 'run 2');
        await client.get('/said');
        clock.advance(59_000);
        deepStrictEqual([(await client.get('/said')).text, (await client.get('/said')).header('age')], ['run 1', '59']);
      },
    },
    {
      name: 'standard: a client that wants to be sure gets what the handler says now',
      async run({ start }) {
        const client = await start({ path: '/page', policy: STANDARD, handler: fresh().handler });
        await client.get('/page');
        const sure = await client.get('/page', { headers: { 'cache-control': 'no-cache' } });
        deepStrictEqual([sure.text, sure.cacheStatus], ['run 2', 'fwd=request; stored']);
        strictEqual((await client.get('/page')).text, 'run 2');
      },
    },
    {
      name: 'standard: only-if-cached is answered with 504 if nothing is stored',
      async run({ start }) {
        const page = fresh();
        const client = await start({ path: '/page', policy: STANDARD, handler: page.handler });
        const ask = { headers: { 'cache-control': 'only-if-cached' } };
        strictEqual((await client.get('/page', ask)).status, 504);
        strictEqual(page.runs, 0);
        await client.get('/page');
        deepStrictEqual([(await client.get('/page', ask)).text, page.runs], ['run 1', 1]);
      },
    },
    {
      name: 'standard: answers to requests with Authorization are stored only if they are public',
      async run({ start }) {
        const client = await start([
          { path: '/own', policy: STANDARD, handler: fresh().handler },
          { path: '/public', policy: STANDARD, handler: numbered([['Cache-Control', 'public, max-age=60']]).handler },
        ]);
        const ask = { headers: { authorization: 'Bearer ann' } };
        for (const path of ['/own', '/public']) await client.get(path, ask);
        deepStrictEqual([(await client.get('/own')).text, (await client.get('/public')).text], ['run 2', 'run 1']);
      },
    },
    {
      name: 'standard: a stale response is validated, and a 304 from the handler makes it fresh',
      async run({ start, clock }) {
        const page = counted((run, { header }) =>
          header('if-none-match') === '"v1"'
            ? {
                status: 304,
                headers: [
                  ['Cache-Control', 'max-age=60'],
                  ['ETag', '"v1"'],
                ],
              }
            : text(`run ${run}`, [
                ['Cache-Control', 'max-age=60'],
                ['ETag', '"v1"'],
              ]),
        );
        const client = await start({ path: '/page', policy: STANDARD, handler: page.handler });
        await client.get('/page');
        clock.advance(61_000);
        const confirmed = await client.get('/page');
        deepStrictEqual([confirmed.status, confirmed.text, page.runs], [200, 'run 1', 2]);
        strictEqual(confirmed.cacheStatus, 'fwd=stale; fwd-status=304; stored');
        match((await client.get('/page')).cacheStatus ?? '', /^hit; ttl=60$/);
      },
    },
    {
      name: 'standard: Set-Cookie is not stored there either',
      async run({ start }) {
        const headers = [
          ['Cache-Control', 'max-age=60'],
          ['Set-Cookie', 'a=1'],
        ] as const;
        const client = await start({ path: '/page', policy: STANDARD, handler: numbered(headers).handler });
        await client.get('/page');
        strictEqual((await client.get('/page')).text, 'run 2');
      },
    },
    {
      name: 'standard: CDN-Cache-Control is obeyed before Cache-Control',
      async run({ start }) {
        const headers = [
          ['Cache-Control', 'no-store'],
          ['CDN-Cache-Control', 'max-age=60'],
        ] as const;
        const client = await start({ path: '/page', policy: STANDARD, handler: numbered(headers).handler });
        await client.get('/page');
        deepStrictEqual(
          [(await client.get('/page')).text, (await client.get('/page')).cacheStatus],
          ['run 1', 'hit; ttl=60'],
        );
      },
    },
  ];
}

const STANDARD: ResponsePolicy = { mode: 'standard' };

function fresh() {
  return numbered([['Cache-Control', 'max-age=60']]);
}
