import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import type { PolicyRequest } from '../../http/policy-condition.ts';
import type { ResponsePolicy } from '../../http/policy.ts';
import type { HttpPart } from './case.ts';
import { numbered } from './handlers.ts';

/** A policy is a value: it may be used for many routes, and says which requests it is for. */
export function policyCases(): HttpPart[] {
  return [
    {
      name: 'policies: one serves several routes, and part of it can be replaced',
      async run({ start }) {
        const pages: ResponsePolicy = Object.freeze({ maxAge: '1m', clientMaxAge: '5s' });
        const client = await start([
          { path: '/one', policy: pages, handler: numbered().handler },
          { path: '/two', policy: { ...pages, maxAge: '1h' }, handler: numbered().handler },
        ]);
        for (const [path, ttl] of [
          ['/one', 60],
          ['/two', 3600],
        ] as const) {
          await client.get(path);
          const hit = await client.get(path);
          deepStrictEqual(
            [hit.text, hit.cacheStatus, hit.header('cache-control')],
            ['run 1', `hit; ttl=${ttl}`, 'max-age=5'],
          );
        }
      },
    },
    {
      name: 'policies: `when` and `unless` decide by the request, and what they keep out is for one user',
      async run({ start }) {
        const seen: PolicyRequest[] = [];
        const policy: ResponsePolicy = {
          when(request) {
            seen.push(request);
            return request.header('x-preview') === undefined;
          },
          unless: ({ url }) => url.includes('draft'),
        };
        const client = await start({ path: '/page', policy, handler: numbered().handler });
        strictEqual((await client.get('/page')).text, 'run 1');
        const preview = await client.get('/page', { headers: { 'x-preview': 'yes' } });
        deepStrictEqual([preview.text, preview.cacheStatus], ['run 2', 'fwd=bypass; detail=policy']);
        strictEqual(preview.header('cache-control'), 'private, no-cache');
        strictEqual((await client.get('/page?draft')).cacheStatus, 'fwd=bypass; detail=policy');
        match((await client.get('/page')).cacheStatus ?? '', /^hit/);
        const [{ method, url, scheme, host } = {} as PolicyRequest] = seen;
        deepStrictEqual([method, url, scheme, host], ['GET', '/page', 'http', new URL(client.origin).host]);
      },
    },
    {
      name: 'policies: a condition that fails or does not answer keeps the request out of the cache',
      async run({ start }) {
        const fails = (): boolean => {
          throw new Error('thrown by the contract');
        };
        const promises = (() => Promise.resolve(true)) as unknown as () => boolean;
        const client = await start([
          { path: '/fails', policy: { when: fails }, handler: numbered().handler },
          { path: '/promises', policy: { when: promises }, handler: numbered().handler },
          { path: '/unless', policy: { unless: promises }, handler: numbered().handler },
        ]);
        for (const path of ['/fails', '/promises', '/unless']) {
          await client.get(path);
          const second = await client.get(path);
          deepStrictEqual([second.text, second.cacheStatus], ['run 2', 'fwd=bypass; detail=policy']);
        }
      },
    },
    {
      name: 'policies: writes that a condition keeps out still invalidate',
      async run({ start }) {
        const client = await start([
          { path: '/page', policy: {}, handler: numbered().handler },
          { method: 'POST', path: '/page', policy: { when: () => false }, handler: () => ({ status: 204 }) },
        ]);
        await client.get('/page');
        await client.get('/page', { method: 'POST' });
        strictEqual((await client.get('/page')).text, 'run 2');
      },
    },
  ];
}
