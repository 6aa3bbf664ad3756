import type { Backend, CacheEvents, Store } from '@cache/core';
import { memory } from '@cache/core';
import { cacheResponse } from '@cache/express';
import { describe, expect, it } from 'vitest';
import { asyncBackend, faultyBackend } from '../../core/test/support/backends.ts';
import { deferred, flush } from '../../core/test/support/deferred.ts';
import { expectNoUnhandledRejections } from '../../core/test/support/unhandled-rejections.ts';
import { expressVersions } from './support/express-versions.ts';
import { arrivals, controlledHandler, counted } from './support/handlers.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

const fail = (): never => {
  throw new Error('backend is down');
};
const reject = (): Promise<never> => Promise.reject(new Error('backend is down'));
const RESPONSE = {
  kind: 'response',
  status: 200,
  headers: [],
  removed: [],
  body: new Uint8Array(),
  initialAge: 0,
  fillDuration: 0,
};

/** What a backend would return for `value` if it were stored for ever. */
function entryOf(value: unknown): unknown {
  const forever = {
    staleAt: 2 ** 53,
    revalidateUntil: 2 ** 53,
    errorUntil: 2 ** 53,
    deleteAt: 2 ** 53,
    limitAt: 2 ** 53,
  };
  return { value, storedAt: 0, ...forever, tags: [], position: 0, copyOnRead: false, checkedAt: 0 };
}

const foreign = (value: unknown): Store['get'] => (() => value) as Store['get'];

describe.each(expressVersions)('a backend in trouble, on $version', ({ express }) => {
  expectNoUnhandledRejections();

  async function start(backend: Backend) {
    const { cache, clock } = testCache({ backend });
    const errors: CacheEvents['error'][] = [];
    cache.on('error', (event) => errors.push(event));
    const page = counted((_request, response, run) => response.send(`page ${run}`));
    return { cache, clock, errors, page, site: await startSite(express().use(cacheResponse(cache), page.handler)) };
  }

  it.each<[string, Partial<Store>]>([
    ['throws on get', { get: fail }],
    ['rejects on get', { get: reject }],
    ['throws on set', { set: fail }],
    ['rejects on set', { set: reject }],
    ['throws on everything', { get: fail, set: fail, delete: fail, clear: fail }],
    ['rejects everything', { get: reject, set: reject, delete: reject, clear: reject }],
  ])('that %s fails no request and is reported', async (_what, faults) => {
    const { errors, page, site } = await start(faultyBackend(faults));

    const answers = [await site.get('/'), await site.get('/'), await site.head('/')];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect([answers[0]?.text, answers[1]?.text]).toEqual(['page 1', 'page 2']);
    expect(page.count).toBe(3);
    expect(errors.length).toBeGreaterThan(0);
  });

  it.each<[string, unknown]>([
    ['text', 'garbage'],
    ['null', null],
    ['a number', 7],
    ['an object', { value: 1 }],
    ['an entry of nothing', entryOf(null)],
    ['an entry of a number', entryOf(7)],
    ['an entry of text', entryOf('response')],
    ['a record of an unknown kind', entryOf({ kind: 'fragment' })],
    ['a response without its parts', entryOf({ kind: 'response' })],
    ['a response with a wrong status', entryOf({ ...RESPONSE, status: 'ok' })],
    ['a response without a body', entryOf({ ...RESPONSE, body: undefined })],
    ['an index without names', entryOf({ kind: 'variants' })],
    ['an index with wrong names', entryOf({ kind: 'variants', names: [7] })],
  ])('that answers %s is a miss', async (_what, value) => {
    const { page, site } = await start(faultyBackend({ get: foreign(value) }));

    const answers = [await site.get('/'), await site.get('/')];

    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(['200 page 1', '200 page 2']);
    expect(page.count).toBe(2);
  });

  it('that hangs on set delays nobody', async () => {
    const { page, site } = await start(faultyBackend({ set: () => new Promise(() => {}) }));

    expect((await site.get('/')).text).toBe('page 1');
    expect((await site.get('/')).status).toBe(200);
    expect(page.count).toBeGreaterThan(0);
  });

  it('that hangs on get keeps nobody waiting for ever', async () => {
    const { cache, clock } = testCache({ backend: faultyBackend({ get: () => new Promise(() => {}) }) });
    const seen = arrivals();
    const page = counted((_request, response) => response.send('page'));
    const site = await startSite(express().use(seen.middleware, cacheResponse(cache), page.handler));
    const asked = site.leave('/');
    await seen.reach(1);

    clock.advance(60_000);
    for (let turn = 0; turn < 10; turn += 1) await flush();
    asked.destroy();

    expect(page.count).toBe(1);
  });

  it('that answers later than at once serves hits, conditions and variants all the same', async () => {
    const { cache } = testCache({ backend: asyncBackend() });
    const page = counted((request, response, run) => {
      response.set('ETag', '"v1"').send(`${request.acceptsLanguages('de', 'en') || 'none'} ${run}`);
    });
    const site = await startSite(express().use(cacheResponse(cache), page.handler));
    const get = async (language: string): Promise<string> =>
      (await site.get('/', { headers: { 'accept-language': language } })).text;

    expect([await get('de'), await get('en'), await get('de'), await get('en')]).toEqual([
      'de 1',
      'en 2',
      'de 1',
      'en 2',
    ]);
    const headers = { 'accept-language': 'de', 'if-none-match': '"v1"' };
    expect((await site.get('/', { headers })).status).toBe(304);
    expect((await site.head('/', { 'accept-language': 'de' })).header('content-length')).toBe('4');
    expect(page.count).toBe(2);
  });

  it('that answers later than at once still makes a cold page once for 200 clients', async () => {
    const { cache } = testCache({ backend: asyncBackend() });
    const seen = arrivals();
    const page = controlledHandler();
    const site = await startSite(express().use(seen.middleware, cacheResponse(cache), page.handler));

    const asked = Array.from({ length: 200 }, () => site.get('/'));
    await seen.reach(200);
    (await page.run(0)).response.send('page');

    expect(new Set((await Promise.all(asked)).map(({ text }) => text))).toEqual(new Set(['page']));
    expect(page.count).toBe(1);
  });

  it('that answers later than a quick handler makes a cold page once, too', async () => {
    const { cache } = testCache({ backend: asyncBackend() });
    const page = counted((_request, response, run) => response.send(`page ${run}`));
    const site = await startSite(express().use(cacheResponse(cache), page.handler));

    const answers = await Promise.all(Array.from({ length: 50 }, () => site.get('/')));

    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['page 1']));
    expect(page.count).toBe(1);
  });

  it('whose write is under way answers from the page that is being written', async () => {
    const written = deferred<void>();
    const inner = memory();
    const slow: Partial<Store> = { get: () => Promise.resolve(undefined), set: () => written.promise };
    const { page, site } = await start(faultyBackend(slow, inner));

    const first = await site.get('/');
    const second = await site.get('/');
    written.resolve();

    expect([first.text, second.text]).toEqual(['page 1', 'page 1']);
    expect(second.cacheStatus).toBe('fwd=uri-miss; collapsed');
    expect(page.count).toBe(1);
  });

  it('that was closed leaves the app working without it', async () => {
    const { cache, page, site } = await start(memory());
    await site.get('/');

    await cache.close();

    expect([(await site.get('/')).text, (await site.get('/')).text]).toEqual(['page 2', 'page 3']);
    expect(page.count).toBe(3);
  });

  it('gives an old page to nobody who asked after an invalidation, however late it answers', async () => {
    const { cache } = testCache({ backend: asyncBackend() });
    const page = controlledHandler();
    const seen = arrivals();
    const site = await startSite(express().use(seen.middleware, cacheResponse(cache), page.handler));
    const early = site.get('/');
    const { response } = await page.run(0);
    await cache.clear();
    const late = site.get('/');
    await seen.reach(2);
    response.send('old');
    (await page.run(1)).response.send('new');

    expect([(await early).text, (await late).text]).toEqual(['old', 'new']);
    expect((await site.get('/')).text).toBe('new');
  });
});
