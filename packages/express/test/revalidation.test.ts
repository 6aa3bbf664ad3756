import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { RequestHandler, Response } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { controlledHandler } from './support/handlers.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'revalidation-'));
  writeFileSync(join(folder, 'old.txt'), 'old');
  writeFileSync(join(folder, 'new.txt'), 'new');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(expressVersions)('stale-while-revalidate on $version', ({ express }) => {
  /** A page 'old' that has just become stale. */
  async function stale({ policy = {}, above = [] }: { policy?: ResponsePolicy; above?: RequestHandler[] } = {}) {
    const { cache, clock } = testCache();
    const page = controlledHandler();
    const app = express().set('env', 'test');
    for (const middleware of above) app.use(middleware);
    app.use(cacheResponse(cache, { maxAge: '1m', staleWhileRevalidate: '1h', ...policy }), page.handler);
    const site = await startSite(app);
    const first = site.get('/');
    (await page.run(0)).response.send('old');
    await first;
    clock.advance(61_000);
    return { cache, clock, page, site };
  }

  it('answers with the stale page at once and stores the new one that it makes in the background', async () => {
    const { clock, page, site } = await stale();

    const answer = await site.get('/');
    const { response } = await page.run(1);
    clock.advance(1_000);
    const meanwhile = await site.get('/');
    response.send('new');
    const after = await site.get('/');

    expect([answer.text, answer.cacheStatus, answer.header('age')]).toEqual(['old', 'hit; ttl=-1', '61']);
    expect([meanwhile.text, meanwhile.cacheStatus]).toEqual(['old', 'hit; ttl=-2']);
    expect([after.text, after.cacheStatus, after.header('age')]).toEqual(['new', 'hit; ttl=60', '0']);
    expect(page.count).toBe(2);
  });

  it('runs the handler once in the background, however many ask', async () => {
    const { page, site } = await stale();

    const answers = await Promise.all(Array.from({ length: 50 }, () => site.get('/')));
    (await page.run(1)).response.send('new');

    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['old']));
    expect((await site.get('/')).text).toBe('new');
    expect(page.count).toBe(2);
  });

  it('runs the handler before it answers when the stale time is over, too', async () => {
    const { clock, page, site } = await stale();
    clock.advance(3_600_000);

    const answer = site.get('/');
    (await page.run(1)).response.send('new');

    expect([(await answer).text, (await answer).cacheStatus]).toEqual(['new', 'fwd=uri-miss; stored']);
  });

  it.each(['must-revalidate', 'proxy-revalidate', 's-maxage=60', 'stale-while-revalidate=0'])(
    'answers nothing stale for `Cache-Control: max-age=60, %s`',
    async (directive) => {
      const { cache, clock } = testCache();
      const page = controlledHandler();
      const site = await startSite(express().use(cacheResponse(cache, { staleWhileRevalidate: '1h' }), page.handler));
      for (const index of [0, 1]) {
        const answer = site.get('/');
        (await page.run(index)).response.set('Cache-Control', `max-age=60, ${directive}`).send(String(index));
        expect((await answer).text).toBe(String(index));
        clock.advance(60_000);
      }
    },
  );

  it('takes the stale time from the response before the policy', async () => {
    const { cache, clock } = testCache();
    const page = controlledHandler();
    const site = await startSite(express().use(cacheResponse(cache), page.handler));
    const first = site.get('/');
    (await page.run(0)).response.set('Cache-Control', 'max-age=60, stale-while-revalidate=30').send('old');
    await first;

    clock.advance(89_999);
    expect((await site.get('/')).text).toBe('old');
    (await page.run(1)).response.set('Cache-Control', 'max-age=60, stale-while-revalidate=30').send('new');
    expect((await site.get('/')).text).toBe('new');
  });

  it('answers a stale page by the conditions of the client, and asks the handler by those of what is stored', async () => {
    const { page, site } = await stale();
    const etag = (await site.get('/')).header('etag') ?? '';
    await page.run(1);

    const answer = await site.get('/', { headers: { 'if-none-match': `"other", ${etag}` } });
    const { request, response } = await page.run(1);
    expect(request.headers['if-none-match']).toBe(etag);
    response.send('new');

    expect(answer.status).toBe(304);
    expect((await site.get('/')).text).toBe('new');
  });

  it('shows the background run neither cookies nor credentials of the client that set it off', async () => {
    const { page, site } = await stale({ policy: { cookies: ['theme'] } });
    const themed = site.get('/', { headers: { cookie: 'theme=dark' } });
    (await page.run(1)).response.send('old dark');
    await themed;

    const answer = await site.get('/', {
      headers: { cookie: 'session=ann', 'if-none-match': '"x"', 'x-api-key': 'ann', host: `127.0.0.1:${site.port}` },
    });
    const { request, response } = await page.run(2);

    expect(answer.text).toBe('old');
    expect(request.headers.cookie).toBeUndefined();
    expect(request.headers.authorization).toBeUndefined();
    expect(request.headers['if-none-match']).toBe(answer.header('etag'));
    expect(request.headers['x-api-key']).toBe('ann');
    response.send('made for ann');
    const other = site.get('/');
    (await page.run(3)).response.send('for all');
    expect((await other).text).toBe('for all');
  });

  it('starts no background run for a request that goes past the cache', async () => {
    const { page, site } = await stale();

    const asked = site.get('/', { headers: { authorization: 'Bearer ann' } });
    (await page.run(1)).response.send('for ann');
    await asked;
    await site.head('/');
    expect(page.count).toBe(2);
    expect((await site.get('/')).text).toBe('old');
  });

  it.each<[string, (response: Response) => unknown]>([
    ['res.json', (response) => response.json('new')],
    ['res.send with a status', (response) => response.status(203).send('"new"')],
    ['res.end', (response) => response.end('"new"')],
    ['writeHead', (response) => response.writeHead(200, { 'X-New': '1' }).end('"new"')],
    ['write', (response) => (response.write('"ne'), response.end('w"'))],
    ['pipe', (response) => Readable.from(['"ne', 'w"']).pipe(response)],
    ['pipeline', (response) => pipeline(Readable.from(['"', 'new"']), response)],
    [
      'pipeline of 1 MB',
      (response) => pipeline(Readable.from(['"', 'new"', ...Array<string>(100).fill(' '.repeat(9_999))]), response),
    ],
    ['sendFile', (response) => response.sendFile('new.txt', { root: folder, maxAge: 60_000 })],
    ['redirect', (response) => response.redirect(301, '/new')],
    ['asynchronous res.send', (response) => setImmediate(() => response.send('"new"'))],
  ])('stores what the background run answers with %s', async (_way, answer) => {
    const { page, site } = await stale();
    await site.get('/', { headers: { accept: 'text/plain' } });

    const { response } = await page.run(1);
    const finished = once(response, 'finish');
    answer(response);
    await finished;

    const hit = await site.get('/', { headers: { accept: 'text/plain' } });
    expect(hit.text).toContain('new');
    expect(hit.cacheStatus).toBe('hit; ttl=60');
    expect(page.count).toBe(2);
  });

  it('calls the callbacks and events of a background response', async () => {
    const { page, site } = await stale();
    await site.get('/');
    const { response } = await page.run(1);

    const written = new Promise((resolve) => response.write('new', resolve));
    await written;
    expect([response.headersSent, response.writableEnded]).toEqual([true, false]);
    const closed = once(response, 'close');
    await new Promise<void>((resolve) => response.end(resolve));
    await closed;

    expect([response.writableEnded, response.writableFinished]).toEqual([true, true]);
    expect((await site.get('/')).text).toBe('new');
  });

  it('keeps the stale page when the background run fails, and tries again', async () => {
    const { page, site } = await stale();

    await site.get('/');
    (await page.run(1)).next(new Error('broken'));
    expect((await site.get('/')).text).toBe('old');
    (await page.run(2)).response.status(503).send('sorry');
    expect((await site.get('/')).text).toBe('old');
    (await page.run(3)).response.send('new');
    expect((await site.get('/')).text).toBe('new');
  });

  it('gives up the stale page when the background run answers what cannot be stored', async () => {
    const { page, site } = await stale();

    await site.get('/');
    (await page.run(1)).response.status(404).send('gone');
    const answer = site.get('/');
    (await page.run(2)).response.status(404).send('gone');

    expect((await answer).status).toBe(404);
  });

  it('is not harmed by a background run that breaks off after its head', async () => {
    const { page, site } = await stale();
    const agent = site.keepAlive();

    await site.get('/', { agent });
    const { response, next, request } = await page.run(1);
    response.write('half');
    next(new Error('broken'));

    expect(request.socket.destroyed).toBe(false);
    expect((await site.get('/', { agent })).text).toBe('old');
  });

  it('lets the handler do in the background what it does with the connection of a client', async () => {
    const { page, site } = await stale();

    await site.get('/', { agent: site.keepAlive() });
    const { request, response } = await page.run(1);
    response.setTimeout(1_000);
    response.socket?.setNoDelay(true);
    response.socket?.setKeepAlive(true);
    response.flushHeaders();
    response.end(`${request.socket.remoteAddress} ${request.protocol}`);

    expect((await site.get('/')).text).toBe('127.0.0.1 http');
  });

  it('starts another background run when one has hung for the collapse timeout', async () => {
    const { clock, page, site } = await stale();

    await site.get('/');
    await page.run(1);
    clock.advance(5_000);
    expect((await site.get('/')).text).toBe('old');
    (await page.run(2)).response.send('new');
    (await page.run(1)).response.send('late');

    expect((await site.get('/')).text).toBe('new');
  });
});
