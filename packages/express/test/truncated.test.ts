import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cacheResponse } from '@cache/express';
import type { NextFunction, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { arrivals, controlledHandler } from './support/handlers.ts';
import { type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

type Break = (response: Response, next: NextFunction) => unknown;

/** What happened to a request whose answer may break off. */
function outcome(site: Site): Promise<string> {
  return site.get('/').then(
    ({ text }) => text,
    () => 'broken off',
  );
}

describe.each(expressVersions)('answers that break off, on $version', ({ express }) => {
  async function start() {
    const { cache, clock } = testCache();
    const seen = arrivals();
    const page = controlledHandler();
    const app = express().set('env', 'test').use(seen.middleware, cacheResponse(cache), page.handler);
    return { clock, seen, page, site: await startSite(app) };
  }

  it.each<[string, Break]>([
    ['a length announced that is longer', (response) => response.set('Content-Length', '10').end('short')],
    [
      'a length announced and the connection cut',
      (response) => {
        response.set('Content-Length', '10').write('short');
        response.destroy();
      },
    ],
    [
      'res.destroy() in the middle',
      (response) => {
        response.write('short');
        response.destroy();
      },
    ],
    [
      'the socket destroyed in the middle',
      (response) => {
        response.write('short');
        response.socket?.destroy();
      },
    ],
    [
      'an error after the head',
      (response, next) => {
        response.write('short');
        next(new Error('broken'));
      },
    ],
    ['a source that fails in a pipeline', (response) => pipeline(failingAfter('short'), response).catch(() => {})],
    [
      'a source that fails in a pipe, and the response destroyed for it',
      (response) => {
        const source = failingAfter('short');
        source.on('error', () => response.destroy()).pipe(response);
      },
    ],
  ])('are not stored (%s)', async (_how, breakOff) => {
    const { page, site } = await start();

    const first = outcome(site);
    const { response, next } = await page.run(0);
    breakOff(response, next);
    await first;
    const second = outcome(site);
    (await page.run(1)).response.send('whole');

    expect(await second).toBe('whole');
    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=300');
  });

  it('before their head, unlike a client that leaves, are waited for until the collapse timeout', async () => {
    const { clock, seen, page, site } = await start();

    const leader = outcome(site);
    const { response } = await page.run(0);
    const follower = outcome(site);
    await seen.reach(2);
    response.destroy();
    expect(await leader).toBe('broken off');
    clock.advance(5_000);
    (await page.run(1)).response.send('whole');

    expect(await follower).toBe('whole');
  });

  it('cost those who waited one more run', async () => {
    const { seen, page, site } = await start();

    const leader = outcome(site);
    const { response } = await page.run(0);
    const followers = Array.from({ length: 20 }, () => outcome(site));
    await seen.reach(21);
    response.write('short');
    response.destroy();
    (await page.run(1)).response.send('whole');

    expect(await leader).toBe('broken off');
    expect(new Set(await Promise.all(followers))).toEqual(new Set(['whole']));
    expect(page.count).toBe(2);
  });

  it('leave what was stored before, because only a whole answer takes its place', async () => {
    const { cache, clock } = testCache();
    const page = controlledHandler();
    const site = await startSite(express().use(cacheResponse(cache, { staleWhileRevalidate: '1h' }), page.handler));
    const first = site.get('/');
    (await page.run(0)).response.send('whole');
    await first;
    clock.advance(301_000);

    expect((await site.get('/')).text).toBe('whole');
    const { response } = await page.run(1);
    response.write('short');
    response.destroy();
    await new Promise((resolve) => setImmediate(resolve));

    expect((await site.get('/')).text).toBe('whole');
    (await page.run(2)).response.send('new');
    expect((await site.get('/')).text).toBe('new');
  });

  it('are told from answers that end early because there is no more', async () => {
    const { page, site } = await start();

    const first = site.get('/');
    const { response } = await page.run(0);
    const source = new PassThrough();
    source.pipe(response);
    source.end('all');

    expect((await first).text).toBe('all');
    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=300');
  });
});

function failingAfter(text: string): Readable {
  return Readable.from(
    (function* () {
      yield text;
      throw new Error('broken source');
    })(),
  );
}
