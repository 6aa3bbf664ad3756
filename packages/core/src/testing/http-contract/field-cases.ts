import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import type { HttpPart } from './case.ts';
import { counted, numbered, text } from './handlers.ts';

/** Response fields come again as they were, apart from cookies; and validators save sending what the client has. */
export function fieldCases(): HttpPart[] {
  return [
    {
      name: 'fields: repeated ones come again, and none is lost',
      async run({ start }) {
        const headers = [
          ['Link', '</a.css>; rel=preload'],
          ['Link', '</b.js>; rel=preload'],
          ['X-Custom', 'kept'],
          ['Content-Language', 'de'],
          ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
        ] as const;
        const client = await start({ path: '/page', policy: {}, handler: numbered(headers).handler });
        const [miss, hit] = [await client.get('/page'), await client.get('/page')];
        match(hit.cacheStatus ?? '', /^hit/);
        deepStrictEqual(hit.lines('link'), miss.lines('link'));
        strictEqual(hit.header('link'), '</a.css>; rel=preload, </b.js>; rel=preload');
        for (const [name, value] of headers.slice(2)) strictEqual(hit.header(name), value);
      },
    },
    {
      name: 'fields: those of one connection are not stored',
      needs: 'socket',
      async run({ start }) {
        const page = numbered([
          ['Connection', 'close, X-Hop'],
          ['X-Hop', 'this connection only'],
          ['Keep-Alive', 'timeout=77'],
        ]);
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        await client.get('/page');
        const hit = await client.get('/page');
        match(hit.cacheStatus ?? '', /^hit/);
        strictEqual(hit.header('x-hop'), undefined);
        ok(hit.header('keep-alive') !== 'timeout=77');
      },
    },
    {
      name: 'fields: browsers are told to ask again, unless the handler or the policy says something else',
      async run({ start }) {
        const client = await start([
          { path: '/silent', policy: {}, handler: numbered().handler },
          { path: '/policy', policy: { clientMaxAge: '30s' }, handler: numbered().handler },
          { path: '/handler', policy: {}, handler: numbered([['Cache-Control', 'max-age=7']]).handler },
        ]);
        const told = ['/silent', '/policy', '/handler'].map(async (path) => {
          const [miss, hit] = [await client.get(path), await client.get(path)];
          match(hit.cacheStatus ?? '', /^hit/);
          strictEqual(hit.header('cache-control'), miss.header('cache-control'));
          return hit.header('cache-control');
        });
        deepStrictEqual(await Promise.all(told), ['no-cache', 'max-age=30', 'max-age=7']);
      },
    },
    {
      name: 'lifetime: what the response says comes before the policy',
      async run({ start, clock }) {
        const page = numbered([['Cache-Control', 'max-age=5, s-maxage=20']]);
        const client = await start({ path: '/page', policy: { maxAge: '1h' }, handler: page.handler });
        await client.get('/page');
        clock.advance(19_000);
        strictEqual((await client.get('/page')).cacheStatus, 'hit; ttl=1');
        clock.advance(1_000);
        strictEqual((await client.get('/page')).text, 'run 2');
      },
    },
    {
      name: '304: for the ETag of a page whose handler sets none',
      async run({ start }) {
        const page = counted((run) => text(`the same in run ${run > 0}`));
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        await client.get('/page');
        const etag = (await client.get('/page')).header('etag') ?? '';
        match(etag, /^(W\/)?"[^"]+"$/);
        const answer = await client.get('/page', { headers: { 'if-none-match': etag } });
        deepStrictEqual([answer.status, answer.text, answer.header('etag')], [304, '', etag]);
        match(answer.cacheStatus ?? '', /^hit/);
        strictEqual(answer.header('content-type'), undefined);
        const other = await client.get('/page', { headers: { 'if-none-match': '"another"' } });
        strictEqual(other.status, 200);
        strictEqual(page.runs, 1);
      },
    },
    {
      name: '304: for the validators of the handler, on a miss and on a hit',
      async run({ start }) {
        const modified = 'Thu, 01 Jan 2026 00:00:00 GMT';
        const page = numbered([
          ['ETag', '"v1"'],
          ['Last-Modified', modified],
        ]);
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        const conditions = [{ 'if-none-match': 'W/"v1"' }, { 'if-modified-since': modified }, { 'if-none-match': '*' }];
        for (const headers of conditions) {
          const answer = await client.get('/page', { headers });
          deepStrictEqual([answer.status, answer.text], [304, ''], JSON.stringify(headers));
        }
        const whole = await client.get('/page');
        deepStrictEqual([whole.status, whole.text, page.runs], [200, 'run 1', 1]);
        match(whole.cacheStatus ?? '', /^hit/);
      },
    },
    {
      name: '304: also to HEAD',
      async run({ start }) {
        const client = await start({ path: '/page', policy: {}, handler: numbered([['ETag', '"v1"']]).handler });
        await client.get('/page');
        const answer = await client.get('/page', { method: 'HEAD', headers: { 'if-none-match': '"v1"' } });
        deepStrictEqual([answer.status, answer.text], [304, '']);
      },
    },
  ];
}
