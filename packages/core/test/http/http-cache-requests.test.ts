import { describe, expect, it } from 'vitest';
import { type Page, Site, standardSite } from './support/site.ts';

const MINUTE: Page = { headers: ['Cache-Control', 'max-age=60', 'ETag', '"a"'], body: 'page' };
const page = (_seen: unknown, run: number): Page => ({ ...MINUTE, body: `page ${run}` });

/** What is said to a request with this `Cache-Control`, so many seconds after the page was stored. */
async function after(seconds: number, value: string, handler = page) {
  const site = standardSite(handler);
  await site.get();
  site.clock.advance(seconds * 1000);
  const { kind, said } = await site.get({ 'cache-control': value });
  return [kind, said];
}

describe('in the standard mode a client is answered by its wishes', () => {
  it.each<[number, string, string, string]>([
    [30, 'max-age=31', 'hit', 'hit; ttl=30'],
    [30, 'max-age=30', 'miss', 'fwd=request; stored'],
    [0, 'max-age=0', 'miss', 'fwd=request; stored'],
    [0, 'no-cache', 'miss', 'fwd=request; stored'],
    [30, 'min-fresh=30', 'hit', 'hit; ttl=30'],
    [30, 'min-fresh=31', 'miss', 'fwd=request; stored'],
    [30, 'max-age=31, min-fresh=31', 'miss', 'fwd=request; stored'],
    [30, 'max-stale', 'hit', 'hit; ttl=30'],
    [70, 'max-stale', 'hit', 'hit; ttl=-10'],
    [70, 'max-stale=10', 'hit', 'hit; ttl=-10'],
    [70, 'max-stale=9', 'miss', 'fwd=stale; stored'],
    [70, 'max-stale, no-cache', 'miss', 'fwd=stale; stored'],
    [30, 'only-if-cached', 'hit', 'hit; ttl=30'],
    [30, 'only-if-cached, no-cache', 'unavailable', 'fwd=stale; detail=only-if-cached'],
    [70, 'only-if-cached', 'unavailable', 'fwd=stale; detail=only-if-cached'],
    [70, 'only-if-cached, max-stale', 'hit', 'hit; ttl=-10'],
    [30, 'nothing-to-see-here', 'hit', 'hit; ttl=30'],
    [30, 'no-store', 'bypass', 'fwd=bypass; detail=no-store'],
  ])('%i seconds after, with %j: %s', async (seconds, value, kind, said) => {
    expect(await after(seconds, value)).toEqual([kind, said]);
  });

  it.each(['must-revalidate', 'proxy-revalidate', 's-maxage=60', 'no-cache'])(
    'never with something stale where the response says %s',
    async (directive) => {
      const strict = () => ({ headers: ['Cache-Control', `max-age=60, ${directive}`, 'ETag', '"a"'], body: 'page' });
      expect(await after(70, 'max-stale=99', strict)).toEqual(['miss', 'fwd=stale; stored']);
    },
  );

  it('is never answered without asking the handler where the response says no-cache, fresh or not', async () => {
    const asking = () => ({ headers: ['Cache-Control', 'max-age=60, no-cache', 'ETag', '"a"'], body: 'page' });
    expect(await after(0, '', asking)).toEqual(['miss', 'fwd=stale; stored']);
    expect(await after(0, 'max-stale', asking)).toEqual(['miss', 'fwd=stale; stored']);
    expect(await after(0, 'only-if-cached', asking)).toEqual(['unavailable', 'fwd=stale; detail=only-if-cached']);
  });

  it('counts the age that the response came with', async () => {
    const old = () => ({ headers: ['Cache-Control', 'max-age=60', 'Age', '20'], body: 'page' });
    expect(await after(9, 'max-age=30', old)).toEqual(['hit', 'hit; ttl=31']);
    expect(await after(10, 'max-age=30', old)).toEqual(['miss', 'fwd=request; stored']);
  });

  it('knows Pragma where there is no Cache-Control', async () => {
    const site = standardSite(page);
    await site.get();
    expect((await site.get({ pragma: 'no-cache' })).kind).toBe('miss');
    expect((await site.get({ pragma: 'no-cache', 'cache-control': 'x' })).kind).toBe('hit');
  });

  it('is told that nothing is stored, for a URL, a variant, a part or what could not be stored', async () => {
    const only = { 'cache-control': 'only-if-cached' };
    const site = standardSite(({ url }) => {
      if (url === '/private') return { headers: ['Cache-Control', 'private'] };
      if (url === '/part')
        return { status: 206, headers: ['Cache-Control', 'max-age=9', 'Content-Range', 'bytes 0-1/9'], body: 'pa' };
      return { headers: ['Cache-Control', 'max-age=60', 'Vary', 'X-A'], body: 'page' };
    });
    await site.get();
    await site.get({}, { url: '/private' });
    await site.get({ range: 'bytes=0-1' }, { url: '/part' });
    const said = async (url: string, fields = {}) => {
      const { said: text, status } = await site.get({ ...only, ...fields }, { url });
      return [status, text];
    };
    expect(await said('/none')).toEqual([504, 'fwd=uri-miss; detail=only-if-cached']);
    expect(await said('/', { 'x-a': '1' })).toEqual([504, 'fwd=vary-miss; detail=only-if-cached']);
    expect(await said('/private')).toEqual([504, 'fwd=uri-miss; detail=only-if-cached']);
    expect(await said('/part')).toEqual([504, 'fwd=partial; detail=only-if-cached']);
    expect(site.runs).toBe(3);
  });

  it('is shown nothing that the response says is for somebody else', async () => {
    const site = standardSite(() => ({
      headers: ['Cache-Control', 'max-age=60, private="X-User"', 'X-User', 'ann', 'X-A', '1'],
    }));
    expect((await site.get()).headers).toContain('ann');
    const { kind, headers } = await site.get();
    expect([kind, headers.includes('ann'), headers.includes('X-A')]).toEqual(['hit', false, true]);
  });
});

describe('in the safe mode clients cannot make the handler run', () => {
  it.each(['no-cache', 'max-age=0', 'min-fresh=999'])('with %s', async (value) => {
    const site = new Site({}, page);
    await site.get();
    expect(await site.get({ 'cache-control': value, pragma: 'no-cache' })).toMatchObject({
      kind: 'hit',
      body: 'page 1',
    });
  });

  it('but may take 504 instead', async () => {
    const site = new Site({}, page);
    expect(await site.get({ 'cache-control': 'only-if-cached' })).toMatchObject({ kind: 'unavailable', status: 504 });
    expect(site.runs).toBe(0);
  });
});

describe('a field targeted at content delivery networks', () => {
  const targeted = (cdn: string, control: string) => () => ({
    headers: ['CDN-Cache-Control', cdn, 'Cache-Control', control],
    body: 'page',
  });

  it('rules the standard mode', async () => {
    expect((await standardSite(targeted('max-age=9', 'no-store')).get()).said).toBe('fwd=uri-miss; stored');
    expect((await standardSite(targeted('no-store', 'max-age=9')).get()).said).toBe('fwd=uri-miss; detail=no-store');
  });

  it('says nothing to the safe mode, which is no such network, unless the policy names it', async () => {
    expect((await new Site({}, targeted('max-age=9', 'no-store')).get()).said).toBe('fwd=uri-miss; detail=no-store');
    expect((await new Site({}, targeted('no-store', 'max-age=9')).get()).said).toBe('fwd=uri-miss; stored');
    const policy = { targetedFields: ['CDN-Cache-Control'] };
    expect((await new Site(policy, targeted('no-store', 'max-age=9')).get()).said).toBe(
      'fwd=uri-miss; detail=no-store',
    );
  });

  it('goes on to the client, who may be one', async () => {
    const site = standardSite(targeted('max-age=9', 'no-store'));
    await site.get();
    expect((await site.get()).headers).toContain('CDN-Cache-Control');
  });
});

describe('what only the origin can judge', () => {
  it.each([{ 'if-match': '"a"' }, { 'if-unmodified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' }])(
    'goes to it: %j',
    async (fields) => {
      for (const mode of ['safe', 'standard'] as const) {
        const site = new Site({ mode }, page);
        await site.get();
        expect(await site.get(fields)).toMatchObject({
          kind: 'bypass',
          said: 'fwd=bypass; detail=precondition',
          body: 'page 2',
        });
        expect((await site.get()).body).toBe('page 1');
      }
    },
  );
});
