import { describe, expect, it } from 'vitest';
import { type Handler, type Page, standardSite } from './support/site.ts';
import { deferred } from '../support/deferred.ts';
import { request } from './support/engine.ts';

const said = (value: string, more: string[] = []): Page => ({
  headers: ['Cache-Control', value, ...more],
  body: 'old',
});

/** What comes, so many seconds after the page was stored, when the handler answers with a status. */
async function errorAfter(seconds: number, first: Page, status: number, policy = {}) {
  const site = standardSite((_seen, run) => (run === 1 ? first : { status, body: 'error' }), policy);
  await site.get();
  site.clock.advance(seconds * 1000);
  const { status: got, body, said: text } = await site.get();
  return [got, body, text];
}

describe('stale-if-error', () => {
  it.each([500, 502, 503, 504, 599])('gives the old page for %i as long as the page allows', async (status) => {
    const page = said('max-age=10, stale-if-error=60');
    const policy = { staleIfUnreachable: 0 };
    expect(await errorAfter(69.999, page, status, policy)).toEqual([
      200,
      'old',
      `fwd=stale; fwd-status=${status}; ttl=-60`,
    ]);
    expect(await errorAfter(70, page, status, policy)).toEqual([
      status,
      'error',
      expect.stringMatching(/^fwd=uri-miss/),
    ]);
  });

  it('gives it for a lost origin longer than for an error of its own', async () => {
    const page = said('max-age=10');
    for (const status of [502, 504]) expect((await errorAfter(3600, page, status))[1]).toBe('old');
    for (const status of [500, 503]) expect((await errorAfter(3600, page, status))[1]).toBe('error');
    const policy = { staleIfUnreachable: '1m' as const, keepStale: 0 };
    expect((await errorAfter(69, page, 502, policy))[1]).toBe('old');
    expect((await errorAfter(70, page, 502, policy))[1]).toBe('error');
  });

  it.each(['must-revalidate', 'proxy-revalidate', 's-maxage=10', 'no-cache'])(
    'never where the page says %s',
    async (directive) => {
      const page = said(`max-age=10, stale-if-error=60, ${directive}`, ['ETag', '"a"']);
      for (const status of [500, 502]) expect((await errorAfter(20, page, status))[1]).toBe('error');
    },
  );

  it.each([400, 404, 410, 499])('never for %i, which is an answer', async (status) => {
    expect((await errorAfter(20, said('max-age=10, stale-if-error=60'), status))[1]).toBe('error');
  });

  it('never with an error that was stored', async () => {
    const page = { ...said('max-age=10, stale-if-error=60'), status: 500 };
    expect((await errorAfter(20, page, 503))[1]).toBe('error');
  });

  it('never with a page that was invalidated while the handler worked', async () => {
    const site = standardSite((_seen, run) => {
      if (run === 1) return said('max-age=10, stale-if-error=60', ['Cache-Tag', 't']);
      return site.cache.invalidateTags(['t']).then(() => ({ status: 500, body: 'error' }));
    });
    await site.get();
    site.clock.advance(20_000);
    expect((await site.get()).body).toBe('error');
  });

  it('keeps the old page for the next one, who makes the handler run again', async () => {
    const site = standardSite((_seen, run) =>
      run === 2 ? { status: 500 } : { ...said('max-age=10, stale-if-error=60'), body: `page ${run}` },
    );
    await site.get();
    site.clock.advance(20_000);
    expect((await site.get()).body).toBe('page 1');
    expect((await site.get()).body).toBe('page 3');
  });

  it('says how old the page is', async () => {
    const site = standardSite((_seen, run) =>
      run === 1 ? said('max-age=10, stale-if-error=60', ['Age', '5']) : { status: 500 },
    );
    await site.get();
    site.clock.advance(20_000);
    expect((await site.get()).age).toBe(25_000);
  });
});

describe('stale-while-revalidate', () => {
  const rising: Handler = (_seen, run) => ({ ...said('max-age=10, stale-while-revalidate=60'), body: `page ${run}` });

  it('gives the old page and makes the new one', async () => {
    const site = standardSite(rising);
    await site.get();
    site.clock.advance(69_999);
    expect(await site.get()).toMatchObject({ kind: 'hit', said: 'hit; ttl=-60', body: 'page 1', age: 69_999 });
    expect(await site.get()).toMatchObject({ kind: 'hit', said: 'hit; ttl=10', body: 'page 2' });
    expect(site.runs).toBe(2);
  });

  it('ends with its window', async () => {
    const site = standardSite(rising);
    await site.get();
    site.clock.advance(70_000);
    expect(await site.get()).toMatchObject({ kind: 'miss', body: 'page 2' });
  });

  it('makes the new page once, and not for HEAD', async () => {
    const site = standardSite(rising);
    await site.get();
    site.clock.advance(20_000);
    const refreshOf = async (method: string) => {
      const lookup = await site.http.lookup(request({}, { method }));
      return lookup.kind === 'hit' && lookup.refresh !== undefined;
    };
    expect([await refreshOf('HEAD'), await refreshOf('GET'), await refreshOf('GET')]).toEqual([false, true, false]);
  });

  it.each(['no-cache', 'max-age=60', 'min-fresh=1'])('is not for a client that says %s', async (value) => {
    const site = standardSite(rising);
    await site.get();
    site.clock.advance(20_000);
    expect(await site.get({ 'cache-control': value })).toMatchObject({ kind: 'miss', body: 'page 2' });
  });

  it('is for a client that wants nothing but what is stored', async () => {
    const site = standardSite(rising);
    await site.get();
    site.clock.advance(20_000);
    expect(await site.get({ 'cache-control': 'only-if-cached' })).toMatchObject({ kind: 'hit', body: 'page 1' });
  });

  it.each(['must-revalidate', 's-maxage=10', 'no-cache'])('is not for a page that says %s', async (directive) => {
    const site = standardSite((_seen, run) => ({
      ...said(`max-age=10, stale-while-revalidate=60, ${directive}`, ['ETag', `"${run}"`]),
      body: `page ${run}`,
    }));
    await site.get();
    site.clock.advance(20_000);
    expect(await site.get()).toMatchObject({ kind: 'miss', body: 'page 2' });
  });
});

describe('those who wait for a stale page', () => {
  it('all get it if an error comes instead of a new one', async () => {
    const second = deferred<Page>();
    const site = standardSite((_seen, run) => (run === 1 ? said('max-age=10, stale-if-error=60') : second.promise));
    await site.get();
    site.clock.advance(20_000);
    const [leader, follower] = [site.get(), site.get()];
    second.resolve({ status: 500, body: 'error' });
    expect([(await leader).body, (await follower).body, site.runs]).toEqual(['old', 'old', 2]);
    expect((await follower).said).toBe('fwd=stale; collapsed');
  });

  it('each ask for themselves if an error comes and nothing stands in for it', async () => {
    const second = deferred<Page>();
    const site = standardSite((_seen, run) => (run === 1 ? said('max-age=10', ['ETag', '"a"']) : second.promise));
    await site.get();
    site.clock.advance(20_000);
    const [leader, follower] = [site.get(), site.get()];
    second.resolve({ status: 500, body: 'error' });
    expect([(await leader).body, (await follower).body, site.runs]).toEqual(['error', 'error', 3]);
  });

  it('all get it if the handler confirms it', async () => {
    const second = deferred<Page>();
    const site = standardSite((_seen, run) => (run === 1 ? said('max-age=10', ['ETag', '"a"']) : second.promise));
    await site.get();
    site.clock.advance(20_000);
    const [leader, follower] = [site.get(), site.get()];
    second.resolve({ status: 304, headers: ['ETag', '"a"'] });
    expect([(await leader).body, (await follower).body, site.runs]).toEqual(['old', 'old', 2]);
  });
});
