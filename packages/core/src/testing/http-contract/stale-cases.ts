import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { eventually } from '../contract/case.ts';
import type { HttpPart } from './case.ts';
import { counted, counter, numbered, text } from './handlers.ts';

/** What happens to a response after its lifetime: a refresh behind the client's back, an error kept from it, a question to the handler. */
export function staleCases(): HttpPart[] {
  return [
    {
      name: 'stale-while-revalidate: the stale answer goes out, the handler runs once, the next gets what it made',
      async run({ start, clock }) {
        const page = numbered();
        const policy = { maxAge: '1m', staleWhileRevalidate: '1m' } as const;
        const client = await start({ path: '/page', policy, handler: page.handler });
        await client.get('/page');
        clock.advance(70_000);
        const stale = await client.get('/page');
        deepStrictEqual([stale.status, stale.text, stale.cacheStatus], [200, 'run 1', 'hit; ttl=-10']);
        await eventually(async () => strictEqual((await client.get('/page')).text, 'run 2'));
        match((await client.get('/page')).cacheStatus ?? '', /^hit; ttl=60$/);
        strictEqual(page.runs, 2);
      },
    },
    {
      name: 'stale-while-revalidate: again and again, with streams, errors and every kind of answer in between',
      async run({ start, clock }) {
        const ran = counter();
        const page = counted((run) => {
          ran.add();
          if (run === 2) throw new Error('thrown by the contract');
          if (run === 3) return { status: 500, body: 'not well' };
          return run === 4 ? { body: oneByOne('run', ' 4') } : text(`run ${run}`);
        });
        const policy = { maxAge: '1m', staleWhileRevalidate: '1h' } as const;
        const client = await start({ path: '/page', policy, handler: page.handler });
        strictEqual((await client.get('/page')).text, 'run 1');
        clock.advance(61_000);
        for (const run of [2, 3]) {
          strictEqual((await client.get('/page')).text, 'run 1');
          await ran.reach(run);
          await settled();
        }
        strictEqual((await client.get('/page')).text, 'run 1');
        await eventually(async () => strictEqual((await client.get('/page')).text, 'run 4'));
        clock.advance(61_000);
        strictEqual((await client.get('/page')).text, 'run 4');
        await eventually(async () => strictEqual((await client.get('/page')).text, 'run 5'));
        strictEqual(page.runs, 5);
      },
    },
    {
      name: 'stale-while-revalidate: the run in the background does not see the cookies and conditions of the client',
      async run({ start, clock }) {
        const seen: (string | undefined)[] = [];
        const page = counted((run, { header }) => {
          if (run > 1) seen.push(header('cookie'), header('if-none-match') ?? header('if-modified-since'));
          return text(`run ${run}`);
        });
        const policy = { maxAge: '1m', staleWhileRevalidate: '1m', cookies: [] } as const;
        const client = await start({ path: '/page', policy, handler: page.handler });
        await client.get('/page');
        clock.advance(61_000);
        await client.get('/page', { headers: { cookie: 'session=ann', 'if-none-match': '"other"' } });
        await eventually(async () => strictEqual((await client.get('/page')).text, 'run 2'));
        // The cache may ask with a validator of its own.
        deepStrictEqual([seen.length, seen[0], seen[1] === '"other"'], [2, undefined, false]);
      },
    },
    {
      name: 'stale-while-revalidate: a handler that asks the cache to forget is not answered from it again',
      async run({ start, clock, cache }) {
        const page = numbered([['Cache-Tag', 'front']]);
        const policy = { maxAge: '1m', staleWhileRevalidate: '1h' } as const;
        const client = await start({ path: '/page', policy, handler: page.handler });
        await client.get('/page');
        clock.advance(61_000);
        await cache.invalidateTags(['front']);
        strictEqual((await client.get('/page')).text, 'run 2');
      },
    },
    {
      name: 'stale-if-error: instead of an exception and of a server error, for as long as the policy says',
      async run({ start, clock }) {
        const page = counted((run) => {
          if (run === 2) throw new Error('thrown by the contract');
          return run === 1 ? text('well') : { status: 503, body: 'not well' };
        });
        const policy = { maxAge: '1m', staleIfError: '1h' } as const;
        const client = await start({ path: '/page', policy, handler: page.handler });
        await client.get('/page');
        clock.advance(61_000);
        for (const status of [500, 503]) {
          const answer = await client.get('/page');
          deepStrictEqual([answer.status, answer.text], [200, 'well']);
          strictEqual(answer.cacheStatus, `fwd=stale; fwd-status=${status}; ttl=-1`);
        }
        clock.advance(3_600_000);
        strictEqual((await client.get('/page')).status, 503);
        strictEqual(page.runs, 4);
      },
    },
    {
      name: 'stale-if-error: not for what the client did wrong',
      async run({ start, clock }) {
        const page = counted((run) => (run === 1 ? text('well') : { status: 404, body: 'gone' }));
        const policy = { maxAge: '1m', staleIfError: '1h' } as const;
        const client = await start({ path: '/page', policy, handler: page.handler });
        await client.get('/page');
        clock.advance(61_000);
        strictEqual((await client.get('/page')).status, 404);
      },
    },
    {
      name: 'validation: a handler that answers 304 saves making the body, and the response is fresh again',
      async run({ start, clock }) {
        const asked: (string | undefined)[] = [];
        const page = counted((run, { header }) => {
          const condition = header('if-none-match');
          asked.push(condition);
          if (condition === '"v1"') return { status: 304, headers: [['ETag', '"v1"']] };
          return text(`run ${run}`, [['ETag', '"v1"']]);
        });
        const policy = { maxAge: '1m', keepStale: '1h' } as const;
        const client = await start({ path: '/page', policy, handler: page.handler });
        await client.get('/page');
        clock.advance(61_000);
        const confirmed = await client.get('/page');
        deepStrictEqual([confirmed.status, confirmed.text], [200, 'run 1']);
        strictEqual(confirmed.cacheStatus, 'fwd=stale; fwd-status=304; stored');
        match((await client.get('/page')).cacheStatus ?? '', /^hit; ttl=60$/);
        deepStrictEqual(asked, [undefined, '"v1"']);
        ok(confirmed.header('content-type')?.startsWith('text/plain'));
      },
    },
  ];
}

async function* oneByOne(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    await settled();
    yield Buffer.from(part);
  }
}

/** Lets what was begun come to its end, as far as no timer is in the way. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
