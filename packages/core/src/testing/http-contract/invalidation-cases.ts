import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { addTags, limitLifetime } from '../../dependencies.ts';
import { purge } from '../../http/purge.ts';
import type { HttpPart } from './case.ts';
import { counted, gate, numbered, text } from './handlers.ts';
import type { HttpRoute } from './harness.ts';

/** What has changed is not answered any more. */
export function invalidationCases(): HttpPart[] {
  return [
    {
      name: 'tags: those that the handler adds, also after it has waited',
      async run({ start, cache }) {
        const page = counted(async (run) => {
          addTags('early');
          await new Promise((resolve) => setImmediate(resolve));
          addTags('late');
          return text(`run ${run}`);
        });
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        for (const [index, tag] of ['early', 'late'].entries()) {
          strictEqual((await client.get('/page')).text, `run ${index + 1}`);
          match((await client.get('/page')).cacheStatus ?? '', /^hit/);
          await cache.invalidateTags([tag]);
        }
        strictEqual((await client.get('/page')).text, 'run 3');
        await cache.invalidateTags(['another']);
        match((await client.get('/page')).cacheStatus ?? '', /^hit/);
      },
    },
    {
      name: 'tags: those of values that the handler reads, and their lifetimes',
      async run({ start, cache, clock }) {
        const page = counted(async (run) => {
          const city = await cache.getOrSet('city', () => `city ${run}`, { ttl: '10s', tags: ['city:5'] });
          return text(city);
        });
        const client = await start({ path: '/page', policy: { maxAge: '1h' }, handler: page.handler });
        strictEqual((await client.get('/page')).text, 'city 1');
        await cache.invalidateTags(['city:5']);
        strictEqual((await client.get('/page')).text, 'city 2');
        strictEqual((await client.get('/page')).cacheStatus, 'hit; ttl=10');
        clock.advance(10_000);
        strictEqual((await client.get('/page')).text, 'city 3');
      },
    },
    {
      name: 'lifetime: a handler can shorten it, and keep its answer from being stored',
      async run({ start }) {
        const client = await start([
          { path: '/short', policy: {}, handler: limited('5s') },
          { path: '/never', policy: {}, handler: limited(0) },
        ]);
        await client.get('/short');
        strictEqual((await client.get('/short')).cacheStatus, 'hit; ttl=5');
        await client.get('/never');
        strictEqual((await client.get('/never')).text, 'run 2');
      },
    },
    {
      name: 'tags: those in Cache-Tag and Surrogate-Key',
      async run({ start, cache }) {
        const page = numbered([
          ['Cache-Tag', 'a, b'],
          ['Surrogate-Key', 'c d'],
        ]);
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        for (const [index, tag] of ['a', 'b', 'c', 'd'].entries()) {
          strictEqual((await client.get('/page')).text, `run ${index + 1}`);
          await cache.invalidateTags([tag]);
        }
      },
    },
    {
      name: 'fence: a response whose making began before the invalidation is not stored',
      async run({ start, cache }) {
        const begun = gate();
        const released = gate();
        const page = counted(async (run) => {
          addTags('front');
          if (run === 1) {
            begun.open();
            await released.opened;
          }
          return text(`run ${run}`);
        });
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        const first = client.get('/page');
        await begun.opened;
        await cache.invalidateTags(['front']);
        released.open();
        strictEqual((await first).text, 'run 1');
        strictEqual((await client.get('/page')).text, 'run 2');
        match((await client.get('/page')).cacheStatus ?? '', /^hit/);
      },
    },
    {
      name: 'purge: by URL',
      async run({ start, cache }) {
        const client = await start({ path: '/page', policy: {}, handler: numbered().handler });
        await client.get('/page');
        await client.get('/page?other');
        await purge(cache, { urls: [`${client.origin}/page`] });
        strictEqual((await client.get('/page')).text, 'run 3');
        strictEqual((await client.get('/page?other')).text, 'run 2');
      },
    },
    ...(['POST', 'PUT', 'DELETE'] as const).map((method) => unsafe(method)),
    {
      name: 'unsafe methods: one that fails invalidates nothing',
      async run({ start }) {
        const client = await start([
          { path: '/page', policy: {}, handler: numbered().handler },
          { method: 'POST', path: '/page', policy: {}, handler: () => ({ status: 422, body: 'no' }) },
        ]);
        await client.get('/page');
        const answer = await client.get('/page', { method: 'POST' });
        deepStrictEqual([answer.status, answer.cacheStatus], [422, 'fwd=method']);
        strictEqual((await client.get('/page')).text, 'run 1');
      },
    },
  ];
}

function limited(max: '5s' | 0): HttpRoute['handler'] {
  return counted((run) => {
    limitLifetime(max);
    return text(`run ${run}`);
  }).handler;
}

const ONCE = ['run 1', 'run 1', 'run 1'];

function unsafe(method: string): HttpPart {
  return {
    name: `unsafe methods: ${method} invalidates its URL, and what Location names`,
    async run({ start }) {
      const location = [['Location', '/other']] as const;
      const client = await start([
        { path: '/page', policy: {}, handler: numbered().handler },
        { path: '/other', policy: {}, handler: numbered().handler },
        { path: '/third', policy: {}, handler: numbered().handler },
        { method, path: '/page', policy: {}, handler: () => ({ status: 201, headers: location }) },
      ]);
      const all = async () => {
        const answers = ['/page', '/other', '/third'].map((path) => client.get(path));
        return (await Promise.all(answers)).map((answer) => answer.text);
      };
      deepStrictEqual([await all(), await all()], [ONCE, ONCE]);
      strictEqual((await client.get('/page', { method })).status, 201);
      deepStrictEqual(await all(), ['run 2', 'run 2', 'run 1']);
    },
  };
}
