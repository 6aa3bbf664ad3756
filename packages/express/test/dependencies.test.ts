import { addTags, type Cache, limitLifetime } from '@cache/core';
import { cacheResponse } from '@cache/express';
import type { Request, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { counted } from './support/handlers.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

describe.each(expressVersions)('what a page depends on, on $version', ({ express }) => {
  async function start(answer: (request: Request, response: Response, cache: Cache, run: number) => Promise<unknown>) {
    const { cache, clock } = testCache();
    const page = counted((request, response, run) => {
      answer(request, response, cache, run).catch((error: unknown) => response.status(500).send(String(error)));
    });
    return { cache, clock, page, site: await startSite(express().use(cacheResponse(cache), page.handler)) };
  }

  it('drops the page with a value that its handler read, named nowhere on the page', async () => {
    const cities = new Map([
      ['5', 'Ulm'],
      ['6', 'Bern'],
    ]);
    const { cache, page, site } = await start(async (request, response, values) => {
      const id = request.path.slice(1);
      const load = async (): Promise<string> => cities.get(id) ?? 'none';
      response.send(await values.getOrSet(['city', id], load, { tags: [`city:${id}`, 'cities'] }));
    });
    const all = async (): Promise<string[]> => [(await site.get('/5')).text, (await site.get('/6')).text];
    expect(await all()).toEqual(['Ulm', 'Bern']);

    cities.set('5', 'Neu-Ulm').set('6', 'Basel');
    expect(await all()).toEqual(['Ulm', 'Bern']);
    await cache.invalidateTags(['city:5']);
    expect(await all()).toEqual(['Neu-Ulm', 'Bern']);
    expect(page.count).toBe(3);
    await cache.invalidateTags(['cities']);
    expect(await all()).toEqual(['Neu-Ulm', 'Basel']);
  });

  it('drops the page although the value came from the cache when the page was made', async () => {
    const { cache, page, site } = await start(async (_request, response, values, run) => {
      response.send(`${await values.getOrSet('a', () => 'value', { tags: ['a'] })} ${run}`);
    });
    await cache.getOrSet('a', () => 'value', { tags: ['a'] });
    await site.get('/');

    await cache.invalidateTags(['a']);

    expect((await site.get('/')).text).toBe('value 2');
    expect(page.count).toBe(2);
  });

  it('reaches through values made of values, awaited one after the other or together', async () => {
    const { cache, page, site } = await start(async (_request, response, values, run) => {
      const inner = () => values.getOrSet('inner', () => 1, { tags: ['inner'] });
      const outer = values.getOrSet('outer', async () => (await inner()) + 1, { tags: ['outer'] });
      await Promise.all([outer, values.getOrSet('side', async () => 1, { tags: ['side'] })]);
      await new Promise((resolve) => setImmediate(resolve));
      await values.namespace('n').getOrSet('x', () => 1, { tags: ['named'] });
      response.send(`page ${run}`);
    });

    for (const [index, tag] of ['inner', 'outer', 'side', 'named'].entries()) {
      await site.get('/');
      expect((await site.get('/')).text).toBe(`page ${index + 1}`);
      await cache.invalidateTags([tag]);
      expect([tag, (await site.get('/')).text]).toEqual([tag, `page ${index + 2}`]);
    }
    await cache.invalidateTags(['other']);
    expect((await site.get('/')).text).toBe('page 5');
    await cache.namespace('n').clear();
    expect((await site.get('/')).text).toBe('page 6');
    expect(page.count).toBe(6);
  });

  it('follows a value of another cache', async () => {
    const { cache: other } = testCache({ name: 'other' });
    const { site } = await start(async (_request, response, _values, run) => {
      response.send(`${await other.getOrSet('a', () => 1, { tags: ['a'] })} ${run}`);
    });
    await site.get('/');

    await other.invalidateTags(['a']);

    expect((await site.get('/')).text).toBe('1 2');
  });

  it('includes the tags that the handler adds itself', async () => {
    const { cache, page, site } = await start(async (_request, response, _values, run) => {
      addTags('front-page');
      await Promise.resolve();
      addTags('news', 'weather');
      response.send(`page ${run}`);
    });

    for (const [index, tag] of ['front-page', 'news', 'weather'].entries()) {
      expect((await site.get('/')).text).toBe(`page ${index + 1}`);
      await cache.invalidateTags([tag]);
    }
    await site.get('/');
    expect(page.count).toBe(4);
  });

  it('keeps the dependencies of simultaneous requests apart', async () => {
    const { cache, page, site } = await start(async (request, response, values, run) => {
      const id = request.path.slice(1);
      await values.getOrSet(id, () => new Promise<string>((resolve) => setImmediate(resolve, id)), { tags: [id] });
      response.send(`${id} ${run}`);
    });
    await Promise.all(['/a', '/b', '/c'].map((path) => site.get(path)));

    await cache.invalidateTags(['b']);

    expect((await site.get('/a')).cacheStatus).toMatch(/^hit/);
    expect((await site.get('/c')).cacheStatus).toMatch(/^hit/);
    expect((await site.get('/b')).text).toBe('b 4');
    expect(page.count).toBe(4);
  });

  it('bounds the life of the page by the shortest life inside it, counted from when that was stored', async () => {
    const { cache, clock, page, site } = await start(async (_request, response, values, run) => {
      const inner = await values.getOrSet('inner', () => 1, { ttl: '20s' });
      response.send(`${inner} ${run}`);
    });
    await cache.getOrSet('inner', () => 1, { ttl: '20s' });
    clock.advance(5_000);
    await site.get('/');

    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=15');
    clock.advance(15_000);
    expect((await site.get('/')).text).toBe('1 2');
    expect(page.count).toBe(2);
  });

  it('bounds the life of the page by what the handler says', async () => {
    const { clock, page, site } = await start(async (_request, response) => {
      limitLifetime('30s');
      limitLifetime('1h');
      response.set('Cache-Control', 'max-age=600').send('page');
    });
    await site.get('/');

    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=30');
    clock.advance(30_000);
    await site.get('/');
    expect(page.count).toBe(2);
  });

  it('goes with the namespace that the pages were given', async () => {
    const { cache } = testCache();
    const pages = cache.namespace('pages');
    const page = counted((_request, response, run) => response.send(`page ${run}`));
    const site = await startSite(express().use(cacheResponse(pages), page.handler));
    await cache.set('value', 1);
    await site.get('/');

    await cache.namespace('other').clear();
    expect((await site.get('/')).text).toBe('page 1');
    await pages.clear();
    expect((await site.get('/')).text).toBe('page 2');
    expect(await cache.get('value')).toBe(1);
    await cache.clear();
    expect((await site.get('/')).text).toBe('page 3');
  });

  it('does nothing outside of a request handler', () => {
    expect(() => {
      addTags('a');
      limitLifetime(0);
    }).not.toThrow();
  });
});
