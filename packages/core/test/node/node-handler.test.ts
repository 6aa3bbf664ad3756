import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { CacheError } from '../../src/index.ts';
import { createNodeHandler, type ResponsePolicy } from '../../src/node/index.ts';
import { testCache } from '../support/test-cache.ts';
import { serve } from './support/server.ts';

type Page = (request: IncomingMessage, response: ServerResponse, run: number) => void;

describe('the cache in front of a plain Node handler', () => {
  async function start(page: Page, policy: ResponsePolicy = {}) {
    const { cache, clock } = testCache();
    const handle = createNodeHandler(cache, policy);
    const counter = { runs: 0 };
    const get = await serve((request, response) => {
      const next = (): void => {
        counter.runs += 1;
        page(request, response, counter.runs);
      };
      handle({ request, response, url: request.url ?? '/', identified: false, next });
    });
    return { cache, clock, get, counter };
  }

  it('answers from the cache what the handler answered', async () => {
    const { get, counter } = await start((_request, response) => {
      response.writeHead(200, ['Content-Type', 'text/plain', 'X-Many', 'a', 'X-Many', 'b']).end('page');
    });

    const miss = await get('/');
    const hit = await get('/');

    expect([miss.text, hit.text]).toEqual(['page', 'page']);
    expect([miss.headers['x-many'], hit.headers['x-many']]).toEqual(['a, b', 'a, b']);
    expect(hit.headers['cache-status']).toBe('cache; hit; ttl=300');
    expect(counter.runs).toBe(1);
  });

  it('keys by the URL that the framework names, not by what is left of it', async () => {
    const { cache } = testCache();
    const handle = createNodeHandler(cache);
    const get = await serve((request, response) => {
      const url = request.url ?? '/';
      request.url = '/';
      handle({ request, response, url, identified: false, next: () => void response.end(url) });
    });

    expect([(await get('/a')).text, (await get('/b')).text, (await get('/a')).text]).toEqual(['/a', '/b', '/a']);
  });

  it('goes past the cache for a request of somebody known', async () => {
    const { cache } = testCache();
    const handle = createNodeHandler(cache);
    let runs = 0;
    const get = await serve((request, response) => {
      const next = (): void => void response.end(String((runs += 1)));
      handle({ request, response, url: request.url ?? '/', identified: request.headers['x-user'] !== undefined, next });
    });

    expect([(await get('/')).text, (await get('/', { 'x-user': 'ann' })).text, (await get('/')).text]).toEqual([
      '1',
      '2',
      '1',
    ]);
  });

  it('says when a handler runs whose answer may be stored, and only then', async () => {
    const { cache } = testCache();
    const handle = createNodeHandler(cache);
    const filled: string[] = [];
    const get = await serve((request, response) => {
      const url = request.url ?? '/';
      handle({
        request,
        response,
        url,
        identified: false,
        next: () => void response.end(),
        onFill: () => filled.push(url),
      });
    });

    await get('/a');
    await get('/a');
    await get('/b', { cookie: 'a=1' });

    expect(filled).toEqual(['/a']);
  });

  it('runs the handler again in the background for a stale answer', async () => {
    const { clock, get, counter } = await start((_request, response, run) => void response.end(`page ${run}`), {
      maxAge: '1m',
      staleWhileRevalidate: '1h',
    });
    await get('/');
    clock.advance(60_000);

    expect((await get('/')).text).toBe('page 1');
    while (counter.runs < 2) await new Promise((resolve) => setImmediate(resolve));
    expect((await get('/')).text).toBe('page 2');
    expect(counter.runs).toBe(2);
  });

  it('refuses wrong options at the call', () => {
    const { cache } = testCache();
    expect(() => createNodeHandler(cache, { maxAge: -1 })).toThrow(CacheError);
  });
});
