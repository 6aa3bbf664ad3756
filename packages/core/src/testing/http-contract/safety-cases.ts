import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import type { ResponsePolicy } from '../../http/policy.ts';
import type { HttpPart } from './case.ts';
import { counted, numbered, text } from './handlers.ts';

/** What is meant for one user never reaches another. */
export function safetyCases(): HttpPart[] {
  return [
    ...(['authorization', 'cookie'] as const).map(pastTheCache),
    {
      name: 'users: who is known to the framework goes past the cache',
      needs: 'identity',
      async run({ start }) {
        const page = numbered();
        const client = await start(
          { path: '/page', policy: {}, handler: page.handler },
          { identify: ({ header }) => (header('x-user') === undefined ? undefined : { id: header('x-user') }) },
        );
        await client.get('/page');
        const known = await client.get('/page', { headers: { 'x-user': 'ann' } });
        deepStrictEqual([known.text, known.cacheStatus], ['run 2', 'fwd=bypass; detail=identity']);
        strictEqual(known.header('cache-control'), 'private, no-cache');
        strictEqual((await client.get('/page')).text, 'run 1');
      },
    },
    {
      name: 'cookies: with none declared the page is one for all, and the handler sees none',
      async run({ start }) {
        const page = counted((run, { header }) => text(`${run} ${header('cookie')}`));
        const client = await start({ path: '/page', policy: { cookies: [] }, handler: page.handler });
        for (const cookie of ['session=ann', 'session=bob']) {
          strictEqual((await client.get('/page', { headers: { cookie } })).text, '1 undefined');
        }
      },
    },
    {
      name: 'cookies: those declared are part of the key, and all that the handler sees',
      async run({ start }) {
        const page = counted((_run, { header }) => text(`${header('cookie')}`));
        const client = await start({ path: '/page', policy: { cookies: ['theme'] }, handler: page.handler });
        const get = async (cookie: string) => (await client.get('/page', { headers: { cookie } })).text;
        deepStrictEqual(
          [await get('theme=dark; session=ann'), await get('theme=light')],
          ['theme=dark', 'theme=light'],
        );
        deepStrictEqual([await get('session=bob; theme=dark'), page.runs], ['theme=dark', 2]);
      },
    },
    {
      name: 'Set-Cookie: what sets one is not stored, and no second client gets it',
      async run({ start }) {
        const cookies = [
          ['Set-Cookie', 'a=1; Path=/'],
          ['Set-Cookie', 'b=2; Path=/'],
        ] as const;
        const page = counted((run) => text(`run ${run}`, run === 1 ? cookies : []));
        const client = await start({ path: '/page', policy: { maxAge: '1h' }, handler: page.handler });
        const first = await client.get('/page');
        deepStrictEqual(first.lines('set-cookie'), ['a=1; Path=/', 'b=2; Path=/']);
        strictEqual(first.cacheStatus, 'fwd=uri-miss; detail=set-cookie');
        const second = await client.get('/page');
        deepStrictEqual([second.text, second.lines('set-cookie')], ['run 2', []]);
      },
    },
    ...NOT_STORED.map(([what, headers]) => notStored(what, headers)),
    {
      name: 'learned keys: what reads a field outside the key is not stored, and Cache-Status names the field',
      async run({ start }) {
        const page = counted((_run, { header }) => text(`for ${header('x-tenant')}`));
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        for (const tenant of ['one', 'two']) {
          const answer = await client.get('/page', { headers: { 'x-tenant': tenant } });
          deepStrictEqual([answer.text, answer.cacheStatus], [`for ${tenant}`, 'fwd=uri-miss; detail=read:x-tenant']);
        }
      },
    },
    {
      name: 'learned keys: a field that the policy declares is part of the key',
      async run({ start }) {
        const page = counted((_run, { header }) => text(`for ${header('x-tenant')}`));
        const client = await start({ path: '/page', policy: { headers: ['X-Tenant'] }, handler: page.handler });
        for (const tenant of ['one', 'two', 'one', 'two']) {
          const answer = await client.get('/page', { headers: { 'x-tenant': tenant } });
          strictEqual(answer.text, `for ${tenant}`);
          match(answer.header('vary') ?? '', /x-tenant/i);
        }
        strictEqual(page.runs, 2);
      },
    },
    {
      name: 'learned keys: a field with few values that the handler reads joins the key and Vary by itself',
      async run({ start }) {
        const page = counted((_run, { header }) => text(`in ${header('accept-language')}`));
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        for (const language of ['de', 'fr', 'de', 'fr']) {
          const answer = await client.get('/page', { headers: { 'accept-language': language } });
          strictEqual(answer.text, `in ${language}`);
          match(answer.header('vary') ?? '', /accept-language/i);
        }
        strictEqual(page.runs, 2);
      },
    },
    {
      name: 'Vary: the fields that it names are part of the key',
      async run({ start }) {
        const page = numbered([['Vary', 'X-Kind']]);
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        const get = async (kind: string) => client.get('/page', { headers: { 'x-kind': kind } });
        deepStrictEqual([(await get('a')).text, (await get('b')).text], ['run 1', 'run 2']);
        const [a, b] = [await get('a'), await get('b')];
        deepStrictEqual([a.text, b.text, page.runs], ['run 1', 'run 2', 2]);
        ok(a.cacheStatus?.startsWith('hit') && b.cacheStatus?.startsWith('hit'));
        match((await get('c')).cacheStatus ?? '', /^fwd=vary-miss; stored$/);
      },
    },
    {
      name: 'requests with a body, and for a range of what is not stored, go past the cache',
      async run({ start }) {
        const page = numbered();
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        const ranged = await client.get('/page', { headers: { range: 'bytes=0-2' } });
        strictEqual(ranged.cacheStatus, 'fwd=bypass; detail=range');
        match((await client.get('/page')).cacheStatus ?? '', /stored$/);
      },
    },
  ];
}

function pastTheCache(field: 'authorization' | 'cookie'): HttpPart {
  return {
    name: `users: a request with ${field} goes past the cache, and its answer is for one user only`,
    async run({ start }) {
      const page = counted((run, { header }) => text(`${run} ${header(field)}`));
      const client = await start({ path: '/page', policy: { maxAge: '1h' }, handler: page.handler });
      for (const [time, value] of ['ann=1', 'bob=2'].entries()) {
        const answer = await client.get('/page', { headers: { [field]: value } });
        deepStrictEqual([answer.text, answer.cacheStatus], [`${time + 1} ${value}`, `fwd=bypass; detail=${field}`]);
        strictEqual(answer.header('cache-control'), 'private, no-cache');
      }
      strictEqual((await client.get('/page')).text, '3 undefined');
      const again = await client.get('/page', { headers: { [field]: 'ann=1' } });
      strictEqual(again.text, '4 ann=1');
    },
  };
}

const NOT_STORED: readonly (readonly [what: string, headers: readonly (readonly [string, string])[]])[] = [
  ['private', [['Cache-Control', 'private, max-age=60']]],
  ['no-store', [['Cache-Control', 'no-store']]],
  ['no-store in odd spelling', [['Cache-Control', 'max-age=60,NO-Store=""']]],
  [
    'no-store in a second line',
    [
      ['Cache-Control', 'max-age=60'],
      ['Cache-Control', 'no-store'],
    ],
  ],
  ['no-cache', [['Cache-Control', 'no-cache']]],
  ['max-age=0', [['Cache-Control', 'max-age=0']]],
  ['Vary: *', [['Vary', '*']]],
];

function notStored(what: string, headers: readonly (readonly [string, string])[]): HttpPart {
  return {
    name: `not stored: ${what}`,
    async run({ start }) {
      const page = numbered(headers);
      const policy: ResponsePolicy = { maxAge: '1h' };
      const client = await start({ path: '/page', policy, handler: page.handler });
      const [first, second] = [await client.get('/page'), await client.get('/page')];
      deepStrictEqual([first.text, second.text], ['run 1', 'run 2']);
      ok(!/stored|^hit/.test(first.cacheStatus ?? '') || what === 'max-age=0', `Cache-Status is ${first.cacheStatus}`);
    },
  };
}
