import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { hole } from '../../hole.ts';
import type { ResponsePolicy } from '../../http/policy.ts';
import type { HttpPart } from './case.ts';
import type { Answer } from './client.ts';
import { counted, counter, text } from './handlers.ts';
import { as, GREETING } from './visitors.ts';

/** What was filled for one visitor is stored by nobody else, and is true of nobody else. */
export function personalCases(): HttpPart[] {
  return [...PERSONAL];
}

const PERSONAL: readonly HttpPart[] = [
  {
    name: 'holes: what is filled is for one client, whatever the handler says',
    async run({ start }) {
      const page = counted(() =>
        text(hole('greeting'), [
          ['Cache-Control', 'public, max-age=60, s-maxage=60'],
          ['CDN-Cache-Control', 'max-age=60'],
          ['Surrogate-Control', 'max-age=60'],
          ['Any-CDN-Cache-Control', 'max-age=60'],
          ['X-Accel-Expires', '60'],
          ['Expires', 'Thu, 01 Jan 2099 00:00:00 GMT'],
          ['Last-Modified', 'Thu, 01 Jan 1998 00:00:00 GMT'],
          ['Accept-Ranges', 'bytes'],
        ]),
      );
      const client = await start({ path: '/page', policy: GREETING, handler: page.handler });
      for (const answer of [await as(client, 'ann'), await as(client, 'bob')]) {
        strictEqual(answer.header('cache-control'), 'private, no-cache');
        const others = answer.fields.map(([name]) => name).filter((name) => OF_OTHERS.test(name));
        deepStrictEqual(others, ['cache-control']);
      }
      strictEqual(page.runs, 1);
    },
  },
  {
    name: 'holes: a validator is one of the filled page, and true for nobody else',
    async run({ start }) {
      const page = counted(() =>
        text(hole('greeting'), [
          ['ETag', '"of the parts"'],
          ['Last-Modified', LONG_AGO],
        ]),
      );
      const client = await start({ path: '/page', policy: GREETING, handler: page.handler });
      const [ann, bob] = [await as(client, 'ann'), await as(client, 'bob')];
      const tag = ann.header('etag') ?? '';
      notStrictEqual(tag, bob.header('etag'));
      const again = await as(client, 'ann', { 'if-none-match': tag });
      deepStrictEqual([again.status, again.text], [304, '']);
      strictEqual(again.header('cache-control'), 'private, no-cache');
      for (const condition of [
        { 'if-none-match': tag },
        { 'if-none-match': '"of the parts"' },
        { 'if-modified-since': LONG_AGO },
      ]) {
        const answer = await as(client, 'bob', condition);
        deepStrictEqual([answer.status, answer.text], [200, 'Hello, bob!']);
      }
    },
  },
  {
    name: 'holes: the first answer is validated as all others',
    async run({ start }) {
      const page = counted(() => text(hole('greeting')));
      const client = await start({ path: '/page', policy: GREETING, handler: page.handler });
      const tag = (await as(client, 'ann')).header('etag') ?? '';
      const [bob, ann] = [
        await as(client, 'bob', { 'if-none-match': tag }, '/page?2'),
        await as(client, 'ann', { 'if-none-match': tag }, '/page?3'),
      ];
      deepStrictEqual([bob.status, bob.text, ann.status, page.runs], [200, 'Hello, bob!', 304, 3]);
    },
  },
  {
    name: 'holes: there are no parts of a filled page',
    async run({ start }) {
      const page = counted(() => text(hole('greeting')));
      const client = await start({ path: '/page', policy: GREETING, handler: page.handler });
      const tag = (await as(client, 'ann')).header('etag') ?? '';
      for (const fields of [{ range: 'bytes=7-9' }, { range: 'bytes=7-9', 'if-range': tag }]) {
        const answer = await as(client, 'ann', fields);
        deepStrictEqual([answer.status, answer.text], [200, 'Hello, ann!']);
      }
    },
  },
  {
    name: 'holes: HEAD has the fields of GET, before there is one no length and no validator',
    async run({ start }) {
      const page = counted(() => text(`${hole('greeting')} and more`));
      const client = await start({ path: '/page', policy: GREETING, handler: page.handler });
      const head = (): Promise<Answer> => client.get('/page', { method: 'HEAD', headers: { cookie: 'name=ann' } });
      const before = await head();
      deepStrictEqual([before.status, before.text, before.header('etag')], [200, '', undefined]);
      ok([undefined, '20'].includes(before.header('content-length')), before.header('content-length'));
      strictEqual(before.header('cache-control'), 'private, no-cache');
      const get = await as(client, 'ann');
      const after = await head();
      for (const name of ['etag', 'content-length', 'content-type', 'cache-control']) {
        strictEqual(after.header(name), get.header(name), name);
      }
      deepStrictEqual([after.text, page.runs], ['', 2]);
    },
  },
  {
    name: 'holes: codings are made of no page with holes, and none is made below the cache',
    async run({ start }) {
      const seen: (string | undefined)[] = [];
      const page = counted((_run, { header }) => {
        seen.push(header('accept-encoding'));
        return text(`${hole('greeting')} ${'again '.repeat(500)}`);
      });
      const policy: ResponsePolicy = { ...GREETING, encodings: ['br', 'gzip'] };
      const client = await start({ path: '/page', policy, handler: page.handler });
      for (const name of ['ann', 'bob', 'bob']) {
        const answer = await as(client, name, { 'accept-encoding': 'br, gzip' });
        strictEqual(answer.header('content-encoding'), undefined);
        match(answer.text, new RegExp(`^Hello, ${name}! again`));
      }
      deepStrictEqual(seen, [undefined]);
    },
  },
  {
    name: 'holes: no hit with holes is answered before the framework',
    needs: 'fastPath',
    async run({ start }) {
      const entered = counter();
      const policy: ResponsePolicy = { ...GREETING, fastPath: true };
      const page = counted(() => text(hole('greeting')));
      const client = await start(
        { path: '/page', policy, handler: page.handler },
        { fastPath: true, identify: entered.add },
      );
      for (const name of ['ann', 'ann', 'ann', 'bob']) strictEqual((await as(client, name)).text, `Hello, ${name}!`);
      strictEqual((await client.get('/page')).text, 'Hello, stranger!');
      deepStrictEqual([entered.count, page.runs], [5, 1]);
    },
  },
  {
    name: 'holes: a page without any, and one that was stored by a policy without any, is as it was',
    async run({ start }) {
      const page = counted((run) => text(`run ${run}`));
      const client = await start({ path: '/page', policy: GREETING, handler: page.handler });
      await as(client, 'ann');
      const hit = await as(client, 'bob', { range: 'bytes=4-4' });
      deepStrictEqual([hit.status, hit.text, hit.header('cache-control')], [206, '1', 'no-cache']);
    },
  },
];

const LONG_AGO = 'Thu, 01 Jan 1998 00:00:00 GMT';

/** Fields that would let somebody else keep a page, or say what is not true of it. */
const OF_OTHERS = /cache-control|surrogate|expires|last-modified|accept-ranges/;
