import { describe, expect, it } from 'vitest';
import { hideLearned } from '../../src/node/framework-request.ts';
import { createNodeHandler, isIdentified } from '../../src/node/index.ts';
import { testCache } from '../support/test-cache.ts';
import { serve } from './support/server.ts';

describe('a framework that answers after its handlers', () => {
  it('is told when the cache has answered, and cannot spoil that answer', async () => {
    const { cache } = testCache();
    const handle = createNodeHandler(cache);
    const answered: string[] = [];
    const get = await serve((request, response) => {
      const url = request.url ?? '/';
      const onAnswered = (): void => {
        answered.push(url);
        response.setHeader('X-Late', 'yes').appendHeader('X-Late', 'again').removeHeader('X-Late');
        expect(response.writeHead(500).write('late')).toBe(true);
        response.end('late');
      };
      handle({ request, response, url, identified: false, next: () => void response.end('page'), onAnswered });
    });

    const unavailable = await get('/', { 'cache-control': 'only-if-cached' });
    const miss = await get('/');
    const hit = await get('/');

    expect([unavailable.status, miss.text, hit.status, hit.text]).toEqual([504, 'page', 200, 'page']);
    expect(hit.headers['x-late']).toBeUndefined();
    expect(answered).toEqual(['/', '/']);
  });

  it('is not told while a refresh is still to run', async () => {
    const { cache, clock } = testCache();
    const handle = createNodeHandler(cache, { maxAge: '1m', staleWhileRevalidate: '1h' });
    const calls: string[] = [];
    let resolve = (): void => {};
    const refreshed = new Promise<void>((done) => (resolve = done));
    const get = await serve((request, response) => {
      const next = (): void => {
        calls.push('next');
        response.end('page');
        if (calls.length > 1) resolve();
      };
      const onAnswered = (): void => void calls.push('answered');
      handle({ request, response, url: request.url ?? '/', identified: false, next, onAnswered });
    });

    await get('/');
    clock.advance(120_000);
    expect((await get('/')).headers['cache-status']).toContain('hit; ttl=-60');
    await refreshed;

    expect(calls).toEqual(['next', 'next']);
  });
});

describe('what a framework has put on its request', () => {
  it('tells whether somebody is known', () => {
    const known = [{ user: { id: 1 } }, { auth: 0 }, { user: null, auth: 'ann' }].map(isIdentified);
    const unknown = [{}, { user: undefined }, { user: null }].map(isIdentified);
    expect([known, unknown]).toEqual([
      [true, true, true],
      [false, false, false],
    ]);
  });

  it('shows no other cookies than the declared ones, until they are shown again', () => {
    const request = { cookies: { theme: 'dark', session: 's' }, signedCookies: { cart: 'c' }, user: 'ann' };
    const show = hideLearned([request], { cookies: ['theme'], identity: false });
    expect(request).toEqual({ cookies: { theme: 'dark' }, signedCookies: {}, user: 'ann' });
    show();
    expect(request).toEqual({ cookies: { theme: 'dark', session: 's' }, signedCookies: { cart: 'c' }, user: 'ann' });
  });

  it('shows nobody where nobody is to be found, until they are shown again', () => {
    const inherited: object = Object.create({ session: { name: 'ann' } }) as object;
    const request = { user: 'ann', auth: 1, currentUser: 'ann', path: '/' };
    const show = hideLearned([request, inherited], { cookies: undefined, identity: true });
    expect([request.user, request.auth, request.currentUser, request.path]).toEqual([
      undefined,
      undefined,
      undefined,
      '/',
    ]);
    expect(Reflect.get(inherited, 'session')).toBeUndefined();
    show();
    show();
    expect(request).toEqual({ user: 'ann', auth: 1, currentUser: 'ann', path: '/' });
    expect(Reflect.get(inherited, 'session')).toEqual({ name: 'ann' });
  });
});
