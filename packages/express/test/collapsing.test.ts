import { limitLifetime } from '@cache/core';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { arrivals, controlledHandler } from './support/handlers.ts';
import { type Answer, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

describe.each(expressVersions)('simultaneous requests on $version', ({ express }) => {
  async function start(policy: ResponsePolicy = {}) {
    const { cache, clock } = testCache();
    const seen = arrivals();
    const page = controlledHandler();
    const site = await startSite(express().use(seen.middleware, cacheResponse(cache, policy), page.handler));
    return { clock, seen, page, site };
  }

  const tally = (answers: readonly Answer[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { cacheStatus = 'none' } of answers) counts[cacheStatus] = (counts[cacheStatus] ?? 0) + 1;
    return counts;
  };

  it('run the handler of a cold page once for 200 clients', async () => {
    const { seen, page, site } = await start();

    const asked = Array.from({ length: 200 }, () => site.get('/'));
    await seen.reach(200);
    const { response } = await page.run(0);
    response.set('X-Kind', ['a', 'b']).send('page');
    const answers = await Promise.all(asked);

    expect(page.count).toBe(1);
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['page']));
    expect(answers.every((answer) => answer.lines('x-kind').join() === 'a,b')).toBe(true);
    expect(tally(answers)).toEqual({ 'fwd=uri-miss; stored': 1, 'fwd=uri-miss; collapsed': 199 });
  });

  it('run the handlers of different pages side by side', async () => {
    const { page, site } = await start();

    const asked = ['/a', '/b', '/a?x'].map((path) => site.get(path));
    for (const index of [2, 0, 1]) {
      const { request, response } = await page.run(index);
      response.send(request.originalUrl);
    }

    expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(['/a', '/b', '/a?x']);
  });

  it('answer each waiting client by its own conditions', async () => {
    const { seen, page, site } = await start();

    const leader = site.get('/');
    await page.run(0);
    const unchanged = site.get('/', { headers: { 'if-none-match': '"v1"' } });
    const changed = site.get('/', { headers: { 'if-none-match': '"v0"' } });
    await seen.reach(3);
    (await page.run(0)).response.set('ETag', '"v1"').send('page');

    expect((await leader).status).toBe(200);
    expect([(await unchanged).status, (await unchanged).text]).toEqual([304, '']);
    expect([(await changed).status, (await changed).text]).toEqual([200, 'page']);
  });

  it('give a waiting client with another language a page of its own', async () => {
    const { seen, page, site } = await start();
    const get = (language: string): Promise<Answer> => site.get('/', { headers: { 'accept-language': language } });

    const german = [get('de'), get('de')];
    await page.run(0);
    const english = [get('en'), get('en'), get('en')];
    await seen.reach(5);
    for (const index of [0, 1]) {
      const { request, response } = await page.run(index);
      response.send(request.headers['accept-language']);
    }

    expect((await Promise.all(german)).map(({ text }) => text)).toEqual(['de', 'de']);
    expect((await Promise.all(english)).map(({ text }) => text)).toEqual(['en', 'en', 'en']);
    expect(page.count).toBe(2);
    expect(tally(await Promise.all(english))).toEqual({ 'fwd=vary-miss; stored': 1, 'fwd=vary-miss; collapsed': 2 });
  });

  it('never hand the cookie of one client to 50 who waited with it', async () => {
    const { seen, page, site } = await start();

    const asked = Array.from({ length: 51 }, () => site.get('/'));
    await seen.reach(51);
    for (let index = 0; index < 51; index += 1) {
      const { response } = await page.run(index);
      response.set('Set-Cookie', `session=${index}`).send(`page ${index}`);
    }
    const answers = await Promise.all(asked);

    expect(new Set(answers.map((answer) => answer.lines('set-cookie').join())).size).toBe(51);
    expect(answers.every(({ text }, index) => answers.findIndex((other) => other.text === text) === index)).toBe(true);
    expect(tally(answers)).toEqual({ 'fwd=uri-miss; detail=set-cookie': 51 });
  });

  it('are not made to queue for answers that cannot be stored', async () => {
    const { seen, page, site } = await start();

    const first = Array.from({ length: 20 }, () => site.get('/'));
    await seen.reach(20);
    (await page.run(0)).response.set('Cache-Control', 'private').send('0');
    // All who waited run at once: none of these runs has ended yet.
    await page.run(19);
    const later = Array.from({ length: 20 }, () => site.get('/'));
    await page.run(39);
    for (let index = 1; index < 40; index += 1) (await page.run(index)).response.set('Cache-Control', 'private').send();

    expect(page.count).toBe(40);
    await Promise.all([...first, ...later]);
  });

  it('are not made to queue for answers that have expired when they are made', async () => {
    const { cache } = testCache();
    const seen = arrivals();
    const page = controlledHandler();
    const expire: RequestHandler = (_request, _response, next) => {
      limitLifetime(0);
      next();
    };
    const site = await startSite(express().use(seen.middleware, cacheResponse(cache), expire, page.handler));

    const asked = Array.from({ length: 10 }, () => site.get('/'));
    await seen.reach(10);
    (await page.run(0)).response.send();
    await page.run(9);
    asked.push(site.get('/'));
    await page.run(10);
    for (let index = 1; index <= 10; index += 1) (await page.run(index)).response.send();

    await Promise.all(asked);
    expect(page.count).toBe(11);
  });

  it('are released by the head of an answer that cannot be stored, before its body ends', async () => {
    const { seen, page, site } = await start();

    const leader = site.get('/');
    const { response } = await page.run(0);
    const follower = site.get('/');
    await seen.reach(2);
    response.set('Cache-Control', 'no-store').write('begin');
    (await page.run(1)).response.set('Cache-Control', 'no-store').send('own');

    expect((await follower).text).toBe('own');
    response.end(', end');
    expect((await leader).text).toBe('begin, end');
  });

  it('collapse again when the ten seconds of an unstorable answer are over', async () => {
    const { clock, seen, page, site } = await start();
    const one = site.get('/');
    (await page.run(0)).response.set('Cache-Control', 'no-store').send();
    await one;
    clock.advance(10_000);

    const asked = [site.get('/'), site.get('/')];
    await seen.reach(3);
    (await page.run(1)).response.send('page');

    expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(['page', 'page']);
    expect(page.count).toBe(2);
  });

  it('store an answer that can be stored again, although they did not wait', async () => {
    const { page, site } = await start();
    const one = site.get('/');
    (await page.run(0)).response.set('Cache-Control', 'no-store').send();
    await one;

    const two = site.get('/');
    (await page.run(1)).response.send('page');
    await two;

    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=300');
  });

  it('all run the handler when a server error could not be shared', async () => {
    const { seen, page, site } = await start();

    const asked = Array.from({ length: 5 }, () => site.get('/'));
    await seen.reach(5);
    (await page.run(0)).next(Object.assign(new Error('broken'), { status: 503, expose: false }));
    await page.run(4);
    for (const index of [1, 2, 3, 4]) (await page.run(index)).response.send('well');

    const answers = await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(1);
    expect(answers.filter(({ text }) => text === 'well')).toHaveLength(4);
    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=300');
  });

  it('do not wait longer than collapseTimeout for a handler that hangs', async () => {
    const { clock, seen, page, site } = await start({ collapseTimeout: '2s' });

    const leader = site.get('/');
    await page.run(0);
    const followers = Array.from({ length: 5 }, () => site.get('/'));
    await seen.reach(6);
    clock.advance(1_999);
    expect(page.count).toBe(1);
    clock.advance(1);
    (await page.run(1)).response.send('second');

    const answers = await Promise.all(followers);
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['second']));
    expect(page.count).toBe(2);

    // What the first run brings at last is older than what is stored.
    (await page.run(0)).response.send('first');
    expect((await leader).text).toBe('first');
    expect((await site.get('/')).text).toBe('second');
  });

  it('are left alone if something above has answered them meanwhile', async () => {
    const { cache } = testCache();
    const seen = arrivals();
    const page = controlledHandler();
    const answers: Response[] = [];
    const failures: unknown[] = [];
    const remember: RequestHandler = (_request, response, next) => {
      answers.push(response);
      next();
    };
    const note: ErrorRequestHandler = (error, _request, _response, next) => {
      failures.push(error);
      next(error);
    };
    const app = express().use(remember, seen.middleware, cacheResponse(cache), page.handler, note);
    const site = await startSite(app.set('env', 'test'));
    const leader = site.get('/');
    await page.run(0);
    const followers = [site.get('/'), site.get('/')];
    await seen.reach(3);

    for (const response of answers.slice(1)) response.status(503).send('too late');
    expect((await Promise.all(followers)).map(({ status }) => status)).toEqual([503, 503]);
    (await page.run(0)).response.set('Cache-Control', 'no-store').send('page');
    expect((await leader).text).toBe('page');
    const next = site.get('/');
    (await page.run(1)).response.send('next');

    expect((await next).text).toBe('next');
    expect(failures).toEqual([]);
    expect(page.count).toBe(2);
  });

  it('are not held up by a leader whose head could not be written at first', async () => {
    const { seen, page, site } = await start();

    const asked = [site.get('/'), site.get('/')];
    await seen.reach(2);
    const { response, next } = await page.run(0);
    expect(() => response.writeHead(200, 'bad\nmessage')).toThrow('Invalid character');
    next(Object.assign(new Error('broken'), { status: 500, expose: false }));
    (await page.run(1)).response.send('well');

    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 500]);
    expect((await site.get('/')).text).toBe('well');
  });

  it.each<[string, Record<string, string>]>([
    ['an invalid name', { 'bad name': 'x' }],
    ['an invalid value', { 'x-bad': 'a\nb' }],
  ])('are not held up by a leader that wrote a head with %s', async (_what, fields) => {
    const { seen, page, site } = await start();

    const asked = [site.get('/'), site.get('/')];
    await seen.reach(2);
    const { response, next } = await page.run(0);
    expect(() => response.writeHead(200, fields)).toThrow(TypeError);
    next(Object.assign(new Error('broken'), { status: 500, expose: false }));
    (await page.run(1)).response.send('well');

    expect((await Promise.all(asked)).map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 500]);
    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=300');
  });
});
