import { createFragments } from '@cache/core/fragments';
import { cacheResponse } from '@cache/express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

describe.each(expressVersions)('a page with fragments on $version', ({ express }) => {
  it('is dropped with any of them', async () => {
    const { cache } = testCache();
    const fragments = createFragments(cache);
    let runs = 0;
    const page = (): Promise<string> =>
      fragments.page(() =>
        [1, 2].map((id) => fragments.block({ name: 'city', varyOn: [id] }, () => `${id}:${(runs += 1)} `)).join(''),
      );
    const app = express().use(cacheResponse(cache), async (_request, response) => response.send(await page()));
    const site = await startSite(app);
    const texts: string[] = [];
    const read = async (): Promise<number> => texts.push((await site.get('/')).text);
    await read();
    await read();
    await fragments.invalidateFragment('city', [2]);
    await read();
    expect(texts).toEqual(['1:1 2:2 ', '1:1 2:2 ', '1:1 2:3 ']);
  });

  it('keeps no block of what was read before an invalidation that came while the page was made', async () => {
    const { cache } = testCache();
    const fragments = createFragments(cache);
    let name = 'Lisbon';
    const show = (read: string): Promise<string> =>
      fragments.page(() => fragments.block({ name: 'city', tags: ['city:5'] }, () => read));
    const app = express().use(cacheResponse(cache, { maxAge: '1h' }), async (_request, response) => {
      const read = name;
      if (read === 'Lisbon') {
        name = 'Lisboa';
        await cache.invalidateTags(['city:5']);
      }
      response.send(await show(read));
    });
    const site = await startSite(app);
    expect([(await site.get('/')).text, (await site.get('/')).text]).toEqual(['Lisbon', 'Lisboa']);
  });

  it('is for one client when holes of it were filled', async () => {
    const { cache } = testCache();
    const fragments = createFragments(cache);
    let runs = 0;
    const app = express().use(cacheResponse(cache, { maxAge: '1h', clientMaxAge: '1h' }), async (request, response) => {
      const shell = { name: 'page', varyOn: [request.path] };
      const holes = { name: () => new URL(request.url, 'http://localhost').searchParams.get('name') ?? '' };
      const render = (): string => fragments.block(shell, () => `${(runs += 1)} for ${fragments.hole('name')}`);
      response.send(await fragments.page(render, { holes }));
    });
    const site = await startSite(app);
    for (const name of ['Ana', 'Ana', 'Rui']) {
      const answer = await site.get(`/?name=${name}`);
      expect(answer.text).toBe(`1 for ${name}`);
      expect(answer.header('cache-control')).toBe('private, no-cache');
      expect(answer.cacheStatus).toMatch(/^fwd=.*detail=lifetime$/);
    }
  });
});
