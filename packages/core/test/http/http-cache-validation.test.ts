import { describe, expect, it } from 'vitest';
import { headerLines, headerOf } from '../../src/http/headers.ts';
import { type Handler, type Page, Site, standardSite } from './support/site.ts';

const AGED = 20_000;
const FIRST = ['Cache-Control', 'max-age=10', 'ETag', '"a"', 'X-A', '1'];

/** A handler that confirms what it said first, as long as it is asked. */
const confirming =
  (notModified: readonly string[], first: readonly string[] = FIRST): Handler =>
  ({ header }, run) =>
    header('if-none-match') === undefined && header('if-modified-since') === undefined
      ? { headers: first, body: `page ${run}` }
      : { status: 304, headers: notModified };

describe('a stale response', () => {
  it('is confirmed by the handler, and fresh again with its new fields', async () => {
    const site = standardSite(confirming(['ETag', '"a"', 'X-A', '2', 'Cache-Control', 'max-age=30']));
    await site.get();
    site.clock.advance(AGED);
    const confirmed = await site.get();
    expect(confirmed).toMatchObject({ status: 200, body: 'page 1', said: 'fwd=stale; fwd-status=304; stored', age: 0 });
    expect(headerOf(confirmed.headers, 'x-a')).toBe('2');
    expect(site.lastSeen).toEqual({ 'if-none-match': '"a"' });
    site.clock.advance(29_999);
    expect(await site.get()).toMatchObject({ kind: 'hit', body: 'page 1', said: 'hit; ttl=0', age: 29_999 });
    expect(site.runs).toBe(2);
  });

  it('is confirmed by its date of change where it has no entity tag', async () => {
    const changed = 'Wed, 31 Dec 2025 00:00:00 GMT';
    const site = standardSite(confirming([], ['Cache-Control', 'max-age=10', 'Last-Modified', changed]));
    await site.get();
    site.clock.advance(AGED);
    expect(await site.get()).toMatchObject({ status: 200, body: 'page 1', said: 'fwd=stale; fwd-status=304; stored' });
    expect(site.lastSeen).toEqual({ 'if-modified-since': changed });
  });

  it('is as old as the 304 that confirmed it', async () => {
    const site = standardSite(confirming(['Age', '4']));
    await site.get();
    site.clock.advance(AGED);
    expect((await site.get()).age).toBe(4000);
    expect(await site.get()).toMatchObject({ said: 'hit; ttl=6', age: 4000 });
    expect((await site.get()).headers).not.toContain('Age');
  });

  it('answers the client by the conditions of the client', async () => {
    const site = standardSite(confirming(['ETag', '"a"']));
    await site.get();
    site.clock.advance(AGED);
    expect(await site.get({ 'if-none-match': '"x"' })).toMatchObject({ status: 200, body: 'page 1' });
    site.clock.advance(AGED);
    expect(await site.get({ 'if-none-match': '"x", "a"' })).toMatchObject({ status: 304, body: undefined });
    site.clock.advance(AGED);
    expect(await site.get({ range: 'bytes=0-3' })).toMatchObject({ status: 206, body: 'page' });
    expect(site.lastSeen).toEqual({ 'if-none-match': '"a"' });
  });

  it('is replaced by a 200', async () => {
    const site = standardSite((_seen, run) => ({ headers: FIRST, body: `page ${run}` }));
    await site.get();
    site.clock.advance(AGED);
    expect(await site.get()).toMatchObject({ body: 'page 2', said: 'fwd=stale; stored' });
    expect(await site.get()).toMatchObject({ kind: 'hit', body: 'page 2' });
  });

  it.each(['no-store', 'private'])(
    'is used no more after an answer that says %s, which goes out',
    async (directive) => {
      for (const seconds of [5, 20]) {
        const site = standardSite((_seen, run) => ({
          headers: run === 2 ? ['Cache-Control', directive] : FIRST,
          body: `page ${run}`,
        }));
        await site.get();
        site.clock.advance(seconds * 1000);
        expect(await site.get({ 'cache-control': 'no-cache' })).toMatchObject({ body: 'page 2' });
        expect(await site.get()).toMatchObject({ kind: 'miss', body: 'page 3' });
      }
    },
  );

  it('that was joined from parts is confirmed as a whole', async () => {
    const part = (range: string) => ['Cache-Control', 'max-age=10', 'ETag', '"a"', 'Content-Range', range];
    const site = standardSite(({ header }) => {
      if (header('if-none-match') === '"a"') return { status: 304 };
      const back = header('range') === 'bytes=5-';
      return { status: 206, headers: part(back ? 'bytes 5-9/10' : 'bytes 0-4/10'), body: back ? '56789' : '01234' };
    });
    await site.get({ range: 'bytes=0-4' });
    await site.get();
    site.clock.advance(AGED);
    expect(await site.get()).toMatchObject({
      status: 200,
      body: '0123456789',
      said: 'fwd=stale; fwd-status=304; stored',
    });
  });

  it('is not confirmed by a 304 about something else: the handler is asked again, without conditions', async () => {
    const site = standardSite(confirming(['ETag', '"b"', 'X-A', '2']));
    await site.get();
    site.clock.advance(AGED);
    expect(await site.get()).toMatchObject({ status: 200, body: 'page 3', said: 'fwd=stale; stored' });
    expect(site.lastSeen).toEqual({});
    expect(await site.get()).toMatchObject({ kind: 'hit', body: 'page 3' });
  });

  it('goes out, and goes, if the 304 says that it may not be stored', async () => {
    const site = standardSite(confirming(['Cache-Control', 'private, max-age=60']));
    await site.get();
    site.clock.advance(AGED);
    expect(await site.get()).toMatchObject({
      status: 200,
      body: 'page 1',
      said: 'fwd=stale; fwd-status=304; detail=private',
    });
    expect(await site.get()).toMatchObject({ kind: 'miss', body: 'page 3', said: 'fwd=uri-miss; stored' });
  });

  it('keeps the names by which it can be invalidated', async () => {
    const site = standardSite(confirming([], [...FIRST, 'Cache-Tag', 't']));
    await site.get();
    site.clock.advance(AGED);
    await site.get();
    await site.cache.invalidateTags(['t']);
    expect(await site.get()).toMatchObject({ kind: 'miss', body: 'page 3' });
  });

  it('is one of several variants, and stays that', async () => {
    const vary = ['Vary', 'X-A', ...FIRST];
    const site = standardSite(({ header }, run) =>
      header('if-none-match') === undefined ? { headers: vary, body: `page ${run}` } : { status: 304, headers: [] },
    );
    await site.get({ 'x-a': '1' });
    await site.get({ 'x-a': '2' });
    site.clock.advance(AGED);
    expect((await site.get({ 'x-a': '1' })).body).toBe('page 1');
    expect((await site.get({ 'x-a': '2' })).body).toBe('page 2');
    expect(await site.get({ 'x-a': '1' })).toMatchObject({ kind: 'hit', body: 'page 1' });
  });

  it('of the safe mode is confirmed too, where it is kept for that', async () => {
    const site = new Site({ maxAge: '10s', keepStale: '1h' }, confirming([], ['ETag', '"a"']));
    await site.get();
    site.clock.advance(AGED);
    expect(await site.get()).toMatchObject({ body: 'page 1', said: 'fwd=stale; fwd-status=304; stored' });
    expect(await site.get()).toMatchObject({ kind: 'hit', body: 'page 1' });
  });

  it('of the safe mode is judged by what the handler said, not by what this cache told clients', async () => {
    const policy = { maxAge: '10s', clientMaxAge: '1h', keepStale: '1h', cookies: ['a'], headers: ['X-A'] } as const;
    const site = new Site(policy, confirming([], ['ETag', '"a"', 'Vary', 'X-B']));
    await site.get();
    site.clock.advance(AGED);
    const { headers, said } = await site.get();
    expect(said).toBe('fwd=stale; fwd-status=304; stored');
    expect(headerLines(headers, 'cache-control')).toEqual(['private, max-age=3600']);
    expect(headerLines(headers, 'vary')).toEqual(['X-B, x-a, cookie']);
    site.clock.advance(9_999);
    expect((await site.get()).kind).toBe('hit');
    site.clock.advance(1);
    expect((await site.get()).said).toBe('fwd=stale; fwd-status=304; stored');
  });

  it('takes from a 304 what it says to clients instead of this cache', async () => {
    const site = new Site(
      { maxAge: '10s', keepStale: '1h' },
      confirming(['Cache-Control', 'max-age=5'], ['ETag', '"a"']),
    );
    await site.get();
    site.clock.advance(AGED);
    expect(headerLines((await site.get()).headers, 'cache-control')).toEqual(['max-age=5']);
    expect((await site.get()).said).toBe('hit; ttl=5');
  });

  it('of the safe mode goes, if the handler read what the key does not cover before it confirmed', async () => {
    const site = new Site({ maxAge: '10s', keepStale: '1h' }, (seen, run) => ({
      ...(confirming([], ['ETag', '"a"'])(seen, run) as Page),
      read: run === 1 ? [] : ['x-user'],
    }));
    await site.get();
    site.clock.advance(AGED);
    expect((await site.get()).said).toBe('fwd=stale; fwd-status=304; detail=read:x-user');
    expect((await site.get()).kind).toBe('miss');
  });
});

describe('a 304', () => {
  it('that nobody asked for goes to the client and is not stored', async () => {
    const site = standardSite(() => ({ status: 304, headers: FIRST }));
    expect(await site.get()).toMatchObject({ status: 304, said: 'fwd=uri-miss; detail=status' });
    expect((await site.get()).kind).toBe('miss');
  });

  it('to a request of this cache never reaches a client that has nothing', async () => {
    const site = standardSite(confirming([]));
    await site.get();
    site.clock.advance(AGED);
    const all = await Promise.all([site.get(), site.get(), site.get()]);
    expect(all.map(({ status, body }) => [status, body])).toEqual(Array.from({ length: 3 }, () => [200, 'page 1']));
  });
});
