import { addTags } from '@cache/core';
import { cacheResponse } from '@cache/express';
import type { RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../core/test/support/deferred.ts';
import { expressVersions } from './support/express-versions.ts';
import { arrivals, controlledHandler, counted } from './support/handlers.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

describe.each(expressVersions)('the fence on $version', ({ express }) => {
  async function start() {
    const { cache, clock } = testCache();
    const seen = arrivals();
    const page = controlledHandler();
    const read: RequestHandler = (_request, _response, next) => {
      const read = async (): Promise<void> => void (await cache.getOrSet('city', () => 1, { tags: ['city'] }));
      void read().finally(() => next());
    };
    const handlers = [seen.middleware, cacheResponse(cache, { staleWhileRevalidate: '1h' }), read, page.handler];
    return { cache, clock, seen, page, site: await startSite(express().use(...handlers)) };
  }

  it('keeps out of the cache a page whose making began before an invalidation', async () => {
    const { cache, page, site } = await start();

    const early = site.get('/');
    const { response } = await page.run(0);
    await cache.invalidateTags(['city']);
    response.send('old');
    expect((await early).text).toBe('old');

    const late = site.get('/');
    (await page.run(1)).response.send('new');
    expect((await late).text).toBe('new');
    expect((await site.get('/')).text).toBe('new');
  });

  it('gives that page to nobody who asked after the invalidation', async () => {
    const { cache, seen, page, site } = await start();

    const leader = site.get('/');
    const { response } = await page.run(0);
    const before = site.get('/');
    await seen.reach(2);
    await cache.invalidateTags(['city']);
    const after = Array.from({ length: 20 }, () => site.get('/'));
    await seen.reach(22);
    response.send('old');
    (await page.run(1)).response.send('new');

    expect((await leader).text).toBe('old');
    expect(['old', 'new']).toContain((await before).text);
    expect(new Set((await Promise.all(after)).map(({ text }) => text))).toEqual(new Set(['new']));
    expect(page.count).toBe(2);
  });

  it('knows tags that the handler learned of only after they were invalidated', async () => {
    const { cache } = testCache();
    const gate = deferred<void>();
    const begun = deferred<void>();
    const page = counted((_request, response, run) => {
      const make = async (): Promise<void> => {
        begun.resolve();
        await gate.promise;
        addTags('late');
        response.send(`page ${run}`);
      };
      make().catch(() => response.sendStatus(500));
    });
    const site = await startSite(express().use(cacheResponse(cache), page.handler));

    const early = site.get('/');
    await begun.promise;
    await cache.invalidateTags(['late']);
    gate.resolve();

    expect((await early).text).toBe('page 1');
    expect((await site.get('/')).text).toBe('page 2');
    expect((await site.get('/')).text).toBe('page 2');
  });

  it('holds for a clear as for tags', async () => {
    const { cache, page, site } = await start();

    const early = site.get('/');
    const { response } = await page.run(0);
    await cache.clear();
    response.send('old');
    await early;

    const late = site.get('/');
    (await page.run(1)).response.send('new');
    expect((await late).text).toBe('new');
  });

  it('holds for a background run', async () => {
    const { cache, clock, page, site } = await start();
    const first = site.get('/');
    (await page.run(0)).response.send('old');
    await first;
    clock.advance(300_000);

    expect((await site.get('/')).text).toBe('old');
    const { response } = await page.run(1);
    await cache.invalidateTags(['city']);
    response.send('between');
    const late = site.get('/');
    (await page.run(2)).response.send('new');

    expect((await late).text).toBe('new');
    expect((await site.get('/')).text).toBe('new');
  });

  it('ends the stale time of a page at once', async () => {
    const { cache, clock, page, site } = await start();
    const first = site.get('/');
    (await page.run(0)).response.send('old');
    await first;
    clock.advance(300_000);
    await cache.invalidateTags(['city']);

    const answer = site.get('/');
    (await page.run(1)).response.send('new');

    expect((await answer).text).toBe('new');
  });
});
