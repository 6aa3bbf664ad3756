import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import type { ResponsePolicy } from '../../http/policy.ts';
import type { Client, HttpPart, HttpWorld } from './case.ts';
import type { Answer, Ask } from './client.ts';
import { ALL_BYTES, type Counter, counted, counter, numbered, text } from './handlers.ts';
import type { HttpRoute } from './harness.ts';

/** Hits before the framework runs: the same as the framework's way, byte for byte, and only where nothing can tell the difference. */
export function fastPathCases(): HttpPart[] {
  const cases: Omit<HttpPart, 'needs'>[] = [
    {
      name: 'fast path: a hit does not enter the framework, and is the same but for Age and Cache-Status',
      async run(world) {
        const page = counted(() => ({
          headers: [
            ['Content-Type', 'image/png'],
            ['Link', '</a.css>; rel=preload'],
            ['Link', '</b.js>; rel=preload'],
            ['Set-Something', 'else'],
          ],
          body: ALL_BYTES,
        }));
        const { client, entered } = await startFast(world, page.handler);
        const slow = await warm(client);
        const before = entered.count;
        world.clock.advance(5_000);
        const fast = await client.get('/page');
        strictEqual(entered.count, before);
        deepStrictEqual(lasting(fast), lasting(slow));
        deepStrictEqual([fast.header('age'), fast.cacheStatus], ['5', 'hit; ttl=55']);
        deepStrictEqual([...fast.body], [...ALL_BYTES]);
      },
    },
    {
      name: 'fast path: HEAD and 304 are the same, too',
      async run(world) {
        const { client, entered } = await startFast(world, numbered([['ETag', '"v1"']]).handler);
        await client.get('/page');
        for (const ask of [{ method: 'HEAD' }, { headers: { 'if-none-match': '"v1"' } }]) {
          const slow = await warm(client, ask);
          const before = entered.count;
          const fast = await client.get('/page', ask);
          strictEqual(entered.count, before);
          deepStrictEqual([fast.status, fast.text, ...lasting(fast)], [slow.status, slow.text, ...lasting(slow)]);
        }
      },
    },
    {
      name: 'fast path: what is asked out of the ordinary goes through the framework',
      async run(world) {
        const page = counted((_run, { header }) => text(`for ${header('authorization')} ${header('cookie')}`));
        const { client, entered } = await startFast(world, page.handler);
        await warm(client);
        const asks: readonly Ask[] = [
          { headers: { authorization: 'Bearer ann' } },
          { headers: { cookie: 'session=ann' } },
          { headers: { range: 'bytes=0-1' } },
          { headers: { 'cache-control': 'no-store' } },
          { headers: { 'if-match': '"other"' } },
        ];
        for (const ask of asks) {
          const before = entered.count;
          const answer = await client.get('/page', ask);
          strictEqual(entered.count, before + 1, JSON.stringify(ask));
          const { authorization, cookie } = ask.headers ?? {};
          if (authorization !== undefined || cookie !== undefined)
            strictEqual(answer.text, `for ${authorization} ${cookie}`);
        }
      },
    },
    {
      name: 'fast path: what is expired or invalidated goes through the framework',
      async run(world) {
        const { client, entered } = await startFast(world, numbered([['Cache-Tag', 'front']]).handler);
        await warm(client);
        await world.cache.invalidateTags(['front']);
        const before = entered.count;
        deepStrictEqual([(await client.get('/page')).text, entered.count], ['run 2', before + 1]);
        await warm(client);
        world.clock.advance(60_000);
        strictEqual((await client.get('/page')).text, 'run 3');
      },
    },
    {
      name: 'fast path: each variant gets its own',
      async run(world) {
        const page = counted((_run, { header }) => text(`in ${header('accept-language')}`));
        const { client, entered } = await startFast(world, page.handler);
        const asks = ['de', 'fr'].map((language) => ({ headers: { 'accept-language': language } }));
        for (const ask of asks) await warm(client, ask);
        const before = entered.count;
        const answers = [];
        for (const ask of asks) answers.push((await client.get('/page', ask)).text);
        deepStrictEqual([answers, entered.count], [['in de', 'in fr'], before]);
      },
    },
    {
      name: 'fast path: what a condition of the policy keeps out goes through the framework',
      async run(world) {
        const policy: ResponsePolicy = { fastPath: true, unless: ({ header }) => header('user-agent') === 'robot' };
        const { client, entered } = await startFast(world, numbered().handler, policy);
        await warm(client);
        const before = entered.count;
        strictEqual((await client.get('/page')).text, 'run 1');
        strictEqual(entered.count, before);
        strictEqual((await client.get('/page', { headers: { 'user-agent': 'robot' } })).text, 'run 2');
        strictEqual(entered.count, before + 1);
      },
    },
    {
      name: 'fast path: not for a policy that does not ask for it',
      async run(world) {
        const { client, entered } = await startFast(world, numbered().handler, {});
        await warm(client);
        const before = entered.count;
        match((await client.get('/page')).cacheStatus ?? '', /^hit/);
        strictEqual(entered.count, before + 1);
      },
    },
  ];
  return cases.map((part) => ({ ...part, needs: 'fastPath' }));
}

/** An app whose hits need not enter the framework, and how many requests did. */
async function startFast(
  { start }: HttpWorld,
  handler: HttpRoute['handler'],
  policy: ResponsePolicy = { fastPath: true, maxAge: '1m' },
): Promise<{ client: Client; entered: Counter }> {
  const entered = counter();
  const client = await start({ path: '/page', policy, handler }, { fastPath: true, identify: entered.add });
  return { client, entered };
}

/** Asks until the fast path knows the answer; the last one, that went the long way. */
async function warm(client: Client, ask: Ask = {}): Promise<Answer> {
  await client.get('/page', ask);
  await client.get('/page', ask);
  return client.get('/page', ask);
}

/** The fields that must not differ from one answer to the next. */
function lasting({ fields }: Answer): (readonly [string, string])[] {
  return fields.filter(([name]) => name !== 'age' && name !== 'cache-status' && name !== 'date');
}
