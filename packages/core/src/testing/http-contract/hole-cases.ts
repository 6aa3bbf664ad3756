import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { hole } from '../../hole.ts';
import type { Holes } from '../../http/holes.ts';
import type { ResponsePolicy } from '../../http/policy.ts';
import { eventually } from '../contract/case.ts';
import type { HttpPart } from './case.ts';
import type { Ask } from './client.ts';
import { counted, counter, gate, pieces, text } from './handlers.ts';
import { personalCases } from './personal-cases.ts';
import { as, greeting, GREETING, HOLES, visitorOf } from './visitors.ts';

/** Pages that are stored once and filled for each visitor. */
export function holeCases(): HttpPart[] {
  return [...FILLED, ...personalCases(), ...FAILED, ...PAST];
}

const FILLED: readonly HttpPart[] = [
  {
    name: 'holes: one run of the handler is for all, and each visitor finds their own name in it',
    async run({ start }) {
      const page = greeting();
      const client = await start({ path: '/page', policy: GREETING, handler: page.handler });
      const answers = [
        await as(client, 'ann'),
        await as(client, 'bob'),
        await client.get('/page'),
        await as(client, 'ann'),
      ];
      deepStrictEqual(
        answers.map((answer) => answer.text),
        ['ann', 'bob', 'stranger', 'ann'].map((name) => `1: Hello, ${name}! (undefined) Hello, ${name}!`),
      );
      strictEqual(answers[0]?.cacheStatus, 'fwd=uri-miss; stored');
      for (const answer of answers.slice(1)) match(answer.cacheStatus ?? '', /^hit; ttl=/);
      for (const { text: sent, header } of answers) strictEqual(header('content-length'), String(sent.length));
      strictEqual(page.runs, 1);
    },
  },
  {
    name: 'holes: a mark is found wherever a stream is cut',
    async run({ start }) {
      const page = counted(() => {
        const marked = Buffer.from(`<${hole('greeting')}>`);
        return {
          headers: [['Content-Type', 'text/html']],
          body: pieces(...[...marked].map((byte) => Uint8Array.of(byte))),
        };
      });
      const client = await start({ path: '/page', policy: GREETING, handler: page.handler });
      deepStrictEqual(
        [(await as(client, 'ann')).text, (await as(client, 'bob')).text, page.runs],
        ['<Hello, ann!>', '<Hello, bob!>', 1],
      );
    },
  },
  {
    name: 'holes: those who waited for the same page get it with their own name',
    async run({ start }) {
      const arrived = counter();
      const page = counted(async () => {
        await arrived.reach(4);
        return text(hole('greeting'));
      });
      const client = await start({ path: '/page', policy: GREETING, handler: page.handler }, { identify: arrived.add });
      const names = ['ann', 'bob', 'cid', 'dan'];
      const answers = await Promise.all(names.map((name) => as(client, name)));
      deepStrictEqual(
        answers.map((answer) => answer.text),
        names.map((name) => `Hello, ${name}!`),
      );
      strictEqual(page.runs, 1);
    },
  },
  {
    name: 'holes: are filled in stale answers too, and not by the run behind their back',
    async run({ start, clock }) {
      const filled: string[] = [];
      const holes: Holes = {
        greeting: ({ header }) => {
          filled.push(visitorOf(header('cookie')));
          return `Hello, ${filled.at(-1)}!`;
        },
      };
      const page = counted((run) => {
        if (run === 3) throw new Error('thrown by the contract');
        return text(`${run}: ${hole('greeting')}`);
      });
      const policy: ResponsePolicy = { ...GREETING, holes, staleWhileRevalidate: '1m', staleIfError: '1h' };
      const client = await start({ path: '/page', policy, handler: page.handler });
      await as(client, 'ann');
      clock.advance(61_000);
      strictEqual((await as(client, 'bob')).text, '1: Hello, bob!');
      await eventually(async () => strictEqual((await as(client, 'cid')).text, '2: Hello, cid!'));
      strictEqual(filled.filter((name) => name === 'bob').length, 1);
      clock.advance(200_000);
      const kept = await as(client, 'dan');
      deepStrictEqual([kept.text, kept.cacheStatus], ['2: Hello, dan!', 'fwd=stale; fwd-status=500; ttl=-140']);
    },
  },
  {
    name: 'holes: tags reach the page as any other',
    async run({ start, cache }) {
      const page = counted((run) => text(`${run}: ${hole('greeting')}`, [['Cache-Tag', 'front']]));
      const client = await start({ path: '/page', policy: GREETING, handler: page.handler });
      await as(client, 'ann');
      await cache.invalidateTags(['front']);
      strictEqual((await as(client, 'bob')).text, '2: Hello, bob!');
    },
  },
  {
    name: 'holes: a known user is filled in, and does not go past the cache',
    needs: 'identity',
    async run({ start }) {
      const page = greeting();
      const client = await start(
        { path: '/page', policy: GREETING, handler: page.handler },
        { identify: ({ header }) => ({ id: visitorOf(header('cookie')) }) },
      );
      deepStrictEqual(
        [(await as(client, 'ann')).text, (await as(client, 'bob')).text, page.runs],
        ['1: Hello, ann! (undefined) Hello, ann!', '1: Hello, bob! (undefined) Hello, bob!', 1],
      );
    },
  },
  {
    name: 'holes: neither a page nor what fills it can pass for a mark',
    async run({ start }) {
      const marks: string[] = [];
      const holes: Holes = { ...HOLES, secret: () => 'SECRET', note: () => marks.join(' ') };
      const page = counted((run) => {
        const before = marks.join(' ');
        marks.push(hole('secret'));
        return text(run === 1 ? `${before}|${marks[0]}|${hole('note')}` : `${before}|${hole('note')}`);
      });
      const client = await start({ path: '/page', policy: { ...GREETING, holes }, handler: page.handler });
      strictEqual((await client.get('/page')).text, `|SECRET|${marks[0]}`);
      const other = await client.get('/page?other');
      deepStrictEqual([other.text, marks.length], [`${marks[0]}|${marks.join(' ')}`, 2]);
    },
  },
];

const FAILED: readonly HttpPart[] = [
  {
    name: 'holes: one that fails fails the page, for this visitor only',
    async run({ start }) {
      const holes: Holes = {
        greeting: async ({ header }) => {
          await Promise.resolve();
          if (visitorOf(header('cookie')) === 'bob') throw new Error('thrown by the contract');
          return 'well';
        },
      };
      const page = counted(() => text(hole('greeting')));
      const client = await start({ path: '/page', policy: { ...GREETING, holes }, handler: page.handler });
      const first = await as(client, 'bob');
      strictEqual(first.status, 500);
      ok(!/\d{20}/.test(first.text), 'a mark went out');
      deepStrictEqual([(await as(client, 'ann')).text, (await as(client, 'bob')).status], ['well', 500]);
      deepStrictEqual([(await as(client, 'ann')).text, page.runs], ['well', 1]);
    },
  },
  {
    name: 'holes: one that fails is what its policy says otherwise, and listeners are told',
    async run({ start, cache }) {
      const told: string[] = [];
      cache.on('error', ({ operation }) => told.push(operation));
      const holes: Holes = {
        greeting: { fill: () => Promise.reject(new Error('thrown by the contract')), otherwise: 'Hello!' },
      };
      const page = counted(() => text(`<${hole('greeting')}>`));
      const client = await start({ path: '/page', policy: { ...GREETING, holes }, handler: page.handler });
      for (const name of ['ann', 'bob']) strictEqual((await as(client, name)).text, '<Hello!>');
      deepStrictEqual([told, page.runs], [['hole greeting', 'hole greeting'], 1]);
    },
  },
  {
    name: 'holes: all are filled at once, and none for longer than holeTimeout',
    async run({ start, clock }) {
      const filling = counter();
      const signals: AbortSignal[] = [];
      const opened = gate();
      const fill: Exclude<Holes[string], object & { fill: unknown }> = async ({ signal }) => {
        signals.push(signal);
        filling.add();
        await opened.opened;
        return 'late';
      };
      const holes: Holes = { one: { fill, otherwise: '1' }, two: { fill, otherwise: '2' } };
      const policy: ResponsePolicy = { maxAge: '1h', holes, holeTimeout: '3s' };
      const page = counted(() => text(hole('one') + hole('two')));
      const client = await start({ path: '/page', policy, handler: page.handler });
      for (let time = 1; time <= 2; time += 1) {
        const answer = client.get('/page');
        await filling.reach(2 * time);
        clock.advance(3_000);
        strictEqual((await answer).text, '12');
      }
      strictEqual(
        signals.every(({ aborted }) => aborted),
        true,
      );
      opened.open();
    },
  },
];

const PAST: readonly HttpPart[] = [
  {
    name: 'holes: are filled in what goes past the cache, too',
    async run({ start }) {
      const policy: ResponsePolicy = { ...GREETING, unless: ({ header }) => header('x-preview') !== undefined };
      const page = greeting();
      const client = await start([
        { path: '/page', policy, handler: page.handler },
        { path: '/page', policy, handler: page.handler, method: 'POST' },
      ]);
      const asks: readonly Ask[] = [
        { headers: { authorization: 'Bearer ann' } },
        { headers: { 'x-preview': '1' } },
        { headers: { range: 'bytes=0-1' } },
        { method: 'POST' },
      ];
      for (const [time, ask] of asks.entries()) {
        const headers = { ...ask.headers, cookie: 'name=ann', 'accept-encoding': 'gzip' };
        const answer = await client.get('/page', { ...ask, headers });
        strictEqual(answer.text, `${time + 1}: Hello, ann! (name=ann) Hello, ann!`);
        deepStrictEqual([answer.status, answer.header('cache-control')], [200, 'private, no-cache']);
        match(answer.cacheStatus ?? '', /^fwd=(bypass|method)/);
      }
    },
  },
  {
    name: 'holes: are filled in what is not stored, too',
    async run({ start }) {
      const page = counted((run) => text(`${run}: ${hole('greeting')}`, [['Set-Cookie', 'seen=1']]));
      const client = await start([
        { path: '/page', policy: GREETING, handler: page.handler },
        { path: '/large', policy: { ...GREETING, maxBodyBytes: 10 }, handler: page.handler },
      ]);
      for (const [time, name] of ['ann', 'bob'].entries()) {
        const answer = await as(client, name);
        deepStrictEqual([answer.text, answer.header('set-cookie')], [`${time + 1}: Hello, ${name}!`, 'seen=1']);
        strictEqual(answer.cacheStatus, 'fwd=uri-miss; detail=set-cookie');
      }
      strictEqual((await as(client, 'ann', {}, '/large')).text, '3: Hello, ann!');
    },
  },
  {
    name: 'holes: cannot be left where nothing fills them',
    async run({ start }) {
      const codes: unknown[] = [];
      const page = counted(() => {
        for (const name of ['unknown', '']) {
          try {
            hole(name);
          } catch (error) {
            codes.push((error as { code?: unknown }).code);
          }
        }
        return text('well');
      });
      const client = await start([
        { path: '/page', policy: GREETING, handler: page.handler },
        { path: '/plain', policy: {}, handler: page.handler },
      ]);
      for (const path of ['/page', '/plain']) strictEqual((await client.get(path)).text, 'well');
      deepStrictEqual(codes, ['ERR_CACHE_OPTION', 'ERR_CACHE_OPTION', 'ERR_CACHE_PLACE', 'ERR_CACHE_OPTION']);
    },
  },
];
