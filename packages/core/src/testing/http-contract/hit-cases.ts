import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import type { HttpPart } from './case.ts';
import { counted, numbered } from './handlers.ts';

/** A response is made once and answered many times, as it was. */
export function hitCases(): HttpPart[] {
  return [
    {
      name: 'hits: the handler runs once, and Cache-Status and Age say what happened',
      async run({ start, clock }) {
        const page = numbered();
        const client = await start({ path: '/page', policy: { maxAge: '1m' }, handler: page.handler });
        const first = await client.get('/page');
        deepStrictEqual([first.status, first.text, first.cacheStatus], [200, 'run 1', 'fwd=uri-miss; stored']);
        strictEqual(first.header('age'), undefined);
        clock.advance(10_000);
        const second = await client.get('/page');
        deepStrictEqual([second.status, second.text, second.cacheStatus], [200, 'run 1', 'hit; ttl=50']);
        strictEqual(second.header('age'), '10');
        strictEqual(second.header('content-type'), first.header('content-type'));
        strictEqual(page.runs, 1);
      },
    },
    {
      name: 'hits: what has expired is made anew',
      async run({ start, clock }) {
        const client = await start({ path: '/page', policy: { maxAge: '1m' }, handler: numbered().handler });
        await client.get('/page');
        clock.advance(60_000);
        const next = await client.get('/page');
        strictEqual(next.text, 'run 2');
        match(next.cacheStatus ?? '', /; stored$/);
      },
    },
    {
      name: 'hits: a route without a policy is left alone',
      async run({ start }) {
        const client = await start({ path: '/page', handler: numbered().handler });
        await client.get('/page');
        const next = await client.get('/page');
        deepStrictEqual([next.text, next.cacheStatus], ['run 2', undefined]);
      },
    },
    {
      name: 'hits: the query is part of the key',
      async run({ start }) {
        const page = counted((_run, { url }) => ({ body: url }));
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        for (let time = 0; time < 2; time += 1) {
          strictEqual((await client.get('/page?a=1')).text, '/page?a=1');
          strictEqual((await client.get('/page?a=2')).text, '/page?a=2');
        }
        strictEqual(page.runs, 2);
      },
    },
  ];
}
