import { describe, expect, it } from 'vitest';
import { deferred, flush } from '../support/deferred.ts';
import { type Page, Site, standardSite } from './support/site.ts';

const MINUTE = ['Cache-Control', 'max-age=60'];

/** Two at once, the first of which is answered with a page; what both get. */
async function together(first: Page, one: Record<string, string>, other: Record<string, string>, urls = ['/', '/']) {
  const slow = deferred<Page>();
  const site = standardSite((_seen, run) => (run === 1 ? slow.promise : { headers: MINUTE, body: `page ${run}` }));
  const both = [site.get(one, { url: urls[0] ?? '/' }), site.get(other, { url: urls[1] ?? '/' })];
  await flush();
  slow.resolve({ body: 'page 1', ...first });
  return (await Promise.all(both)).map(({ body }) => body);
}

describe('a request that waits for another one', () => {
  it('gets its answer', async () => {
    expect(await together({ headers: MINUTE }, {}, {})).toEqual(['page 1', 'page 1']);
  });

  it('gets its own where the answer differs by a field that differs', async () => {
    const headers = [...MINUTE, 'Vary', 'X-A'];
    expect(await together({ headers }, { 'x-a': '1' }, { 'x-a': '2' })).toEqual(['page 1', 'page 2']);
    expect(await together({ headers }, { 'x-a': '1' }, { 'x-a': '1' })).toEqual(['page 1', 'page 1']);
  });

  it.each([
    ['no-store', ['Cache-Control', 'no-store']],
    ['private', ['Cache-Control', 'private']],
    ['set-cookie', ['Set-Cookie', 'a=1', ...MINUTE]],
    ['no-cache', ['Cache-Control', 'no-cache', 'ETag', '"a"']],
    ['max-age=0', ['Cache-Control', 'max-age=0', 'ETag', '"a"']],
    ['Vary: *', ['Vary', '*', ...MINUTE]],
  ])('gets its own where the answer is for one request only: %s', async (_what, headers) => {
    expect(await together({ headers }, {}, {})).toEqual(['page 1', 'page 2']);
  });

  it('gets its own where the answer is an error, or for another range', async () => {
    expect(await together({ status: 500 }, {}, {})).toEqual(['page 1', 'page 2']);
    const part = { status: 206, headers: [...MINUTE, 'Content-Range', 'bytes 0-5/10'] };
    expect(await together(part, { range: 'bytes=0-5' }, {})).toEqual(['page 1', 'page 2']);
  });

  it('gets its own where the answer is for its query no more', async () => {
    const slow = deferred<Page>();
    const rule = ['No-Vary-Search', 'params=("x")', 'Cache-Control', 'max-age=10', 'ETag', '"a"'];
    const site = standardSite((_seen, run) => {
      if (run === 2) return slow.promise;
      return { headers: run === 1 ? rule : MINUTE, body: `page ${run}` };
    });
    await site.get({}, { url: '/?x=1' });
    site.clock.advance(20_000);
    const both = [site.get({}, { url: '/?x=2' }), site.get({}, { url: '/?x=3' })];
    await flush();
    slow.resolve({ headers: MINUTE, body: 'page 2' });
    expect((await Promise.all(both)).map(({ body }) => body)).toEqual(['page 2', 'page 3']);
    expect((await site.get({}, { url: '/?x=3' })).body).toBe('page 3');
    expect((await site.get({}, { url: '/' })).kind).toBe('miss');
  });

  it('gets its own when it has waited long enough', async () => {
    const slow = deferred<Page>();
    const site = standardSite((_seen, run) => (run === 1 ? slow.promise : { headers: MINUTE, body: `page ${run}` }));
    const first = site.get();
    const second = site.get();
    await flush();
    site.clock.advance(5_000);
    expect((await second).body).toBe('page 2');
    slow.resolve({ headers: MINUTE, body: 'page 1' });
    await first;
    expect((await site.get()).body).toBe('page 2');
  });

  it('takes the answer for what it is: neither older nor staler than it wishes', async () => {
    const slow = deferred<Page>();
    const site = standardSite((_seen, run) => (run === 1 ? slow.promise : { headers: MINUTE, body: `page ${run}` }));
    const both = [site.get(), site.get({ 'cache-control': 'min-fresh=30' })];
    await flush();
    slow.resolve({ headers: ['Cache-Control', 'max-age=20'], body: 'page 1' });
    expect((await Promise.all(both)).map(({ body }) => body)).toEqual(['page 1', 'page 2']);
  });

  it('is not one who wants a fresh page validated: that one asks for itself', async () => {
    const site = standardSite((_seen, run) => ({ headers: MINUTE, body: `page ${run}` }));
    await site.get();
    const fresh = { 'cache-control': 'no-cache' };
    const bodies = (await Promise.all([site.get(fresh), site.get(fresh)])).map(({ body }) => body);
    expect(bodies).toEqual(['page 2', 'page 3']);
  });

  it('does not exist where nothing could be stored before', async () => {
    const slow = deferred<Page>();
    const site = new Site({}, (_seen, run) => (run === 1 ? { headers: ['Cache-Control', 'no-store'] } : slow.promise));
    await site.get();
    const both = [site.get(), site.get()];
    await flush();
    expect(site.runs).toBe(3);
    slow.resolve({ body: 'page' });
    await Promise.all(both);
    expect((await site.get()).kind).toBe('hit');
  });

  it('does not exist for HEAD', async () => {
    const slow = deferred<Page>();
    const site = standardSite(() => slow.promise);
    const both = [site.get(), site.get({}, { method: 'HEAD' })];
    await flush();
    expect(site.runs).toBe(2);
    slow.resolve({ headers: MINUTE });
    await Promise.all(both);
  });
});
