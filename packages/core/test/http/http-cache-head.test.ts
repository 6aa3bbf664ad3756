import { describe, expect, it } from 'vitest';
import { asyncBackend } from '../support/backends.ts';
import { deferred } from '../support/deferred.ts';
import { headerOf } from '../../src/http/headers.ts';
import { type Page, Site, standardSite } from './support/site.ts';

const FIRST = ['Cache-Control', 'max-age=10', 'ETag', '"a"', 'X-A', '1'];
const HEAD = { method: 'HEAD' };

/** A site whose page is stale, and what HEAD is answered with. */
async function stale(head: readonly string[], site = standardSite(() => ({}))): Promise<Site> {
  site.handler = ({ method }, run) => (method === 'HEAD' ? { headers: head } : { headers: FIRST, body: `page ${run}` });
  await site.get();
  site.clock.advance(20_000);
  expect(await site.get({}, HEAD)).toMatchObject({ kind: 'bypass', said: 'fwd=stale' });
  return site;
}

describe('HEAD', () => {
  it('is answered from what GET stored, and not the other way round', async () => {
    const site = standardSite(() => ({ headers: FIRST, body: 'page' }));
    expect((await site.get({}, HEAD)).kind).toBe('bypass');
    expect((await site.get()).kind).toBe('miss');
    expect((await site.get({}, HEAD)).kind).toBe('hit');
  });

  it('brings what is stored up to date', async () => {
    for (const backend of [undefined, asyncBackend()]) {
      const site = await stale(
        ['Cache-Control', 'max-age=30', 'ETag', '"a"', 'X-A', '2'],
        standardSite(() => ({}), {}, backend && { backend }),
      );
      const got = await site.get();
      expect(got).toMatchObject({ kind: 'hit', said: 'hit; ttl=30', body: 'page 1' });
      expect(headerOf(got.headers, 'x-a')).toBe('2');
    }
  });

  it.each([[['ETag', '"b"']], [['Content-Length', '1']], [['Cache-Control', 'no-store']]])(
    'drops what is out of date by %j',
    async (headers) => {
      const site = await stale(headers);
      expect(await site.get()).toMatchObject({ kind: 'miss', said: 'fwd=uri-miss; stored' });
      expect(site.lastSeen).toEqual({});
    },
  );

  it('leaves what is stored as it is where it says nothing of it', async () => {
    const site = standardSite(({ method }, run) =>
      method === 'HEAD' ? { status: 500, headers: ['ETag', '"b"'] } : { headers: FIRST, body: `page ${run}` },
    );
    await site.get();
    site.clock.advance(20_000);
    await site.get({}, HEAD);
    await site.get();
    expect(site.lastSeen).toEqual({ 'if-none-match': '"a"' });
  });

  it('keeps the names and the age of what it is about', async () => {
    const site = await stale(['ETag', '"a"', 'Age', '4', 'Cache-Tag', 't']);
    expect(await site.get()).toMatchObject({ kind: 'hit', said: 'hit; ttl=6', age: 4000 });
    await site.cache.invalidateTags(['t']);
    expect((await site.get()).kind).toBe('miss');
  });

  it('says nothing of a page that came while it was asked', async () => {
    for (const head of [
      ['ETag', '"a"', 'X-A', '2'],
      ['ETag', '"c"'],
    ]) {
      const slow = deferred<Page>();
      const site = standardSite(({ method }, run) =>
        method === 'HEAD' ? slow.promise : { headers: FIRST, body: `page ${run}` },
      );
      await site.get();
      site.clock.advance(20_000);
      const asking = site.get({}, HEAD);
      site.clock.advance(1);
      const newer = await site.get();
      slow.resolve({ headers: head });
      await asking;
      const got = await site.get();
      expect(got).toMatchObject({ kind: 'hit', body: newer.body });
      expect(headerOf(got.headers, 'x-a')).toBe('1');
    }
  });

  it('does not make valid what was invalidated while it was asked', async () => {
    const slow = deferred<Page>();
    const site = standardSite(({ method }, run) =>
      method === 'HEAD' ? slow.promise : { headers: [...FIRST, 'Cache-Tag', 't'], body: `page ${run}` },
    );
    await site.get();
    site.clock.advance(20_000);
    const asking = site.get({}, HEAD);
    await site.cache.invalidateTags(['t']);
    slow.resolve({ headers: FIRST });
    await asking;
    expect((await site.get()).kind).toBe('miss');
  });

  it.each([{}, { mode: 'standard', cookies: ['a'] }] as const)(
    'changes nothing under %j, where its handler may see more than the key covers',
    async (policy) => {
      const site = await stale(['ETag', '"b"'], new Site({ keepStale: '1h', ...policy }, () => ({})));
      await site.get();
      expect(site.lastSeen).toEqual({ 'if-none-match': '"a"' });
    },
  );
});
