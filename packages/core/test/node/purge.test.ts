import { once } from 'node:events';
import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addTags, type Cache, createCache, memory, purge, type PurgeTargets } from '../../src/index.ts';
import { createNodeHandler, purgeHandler, type ResponsePolicy } from '../../src/node/index.ts';
import { fakeClock } from '../../src/testing/index.ts';
import { SharedMemory } from '../backends/shared-memory.ts';
import { deferred, failureOf } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';
import { serve } from './support/server.ts';

type Page = (request: IncomingMessage, response: ServerResponse) => void;

/** A site whose pages tell how often each was made, and under which host it was asked for. */
async function site(cache: Cache, page: Page = () => {}, policy: ResponsePolicy = {}) {
  const handle = createNodeHandler(cache, policy);
  const runs = new Map<string, number>();
  const get = await serve((request, response) => {
    const url = request.url ?? '/';
    // What a TLS socket says of itself.
    if (request.headers['x-scheme'] === 'https') Object.assign(request.socket, { encrypted: true });
    const next = (): void => {
      runs.set(url, (runs.get(url) ?? 0) + 1);
      page(request, response);
      response.end(`${url} ${runs.get(url)}`);
    };
    handle({ request, response, url, identified: false, next });
  });
  return async (path: string, headers: Record<string, string> = {}): Promise<string> =>
    (await get(path, { host: 'example.org', ...headers })).text;
}

describe('purging', () => {
  it('by URL drops that URL and no other, whatever the scheme it is named with', async () => {
    const { cache } = testCache();
    const get = await site(cache);
    await Promise.all(['/a', '/a?b=1', '/a/b'].map((path) => get(path)));

    await purge(cache, { urls: ['https://EXAMPLE.org/a#top'] });

    expect(await Promise.all(['/a', '/a?b=1', '/a/b'].map((path) => get(path)))).toEqual([
      '/a 2',
      '/a?b=1 1',
      '/a/b 1',
    ]);
    expect(await get('/a', { host: 'other.org' })).toBe('/a 3');
    await purge(cache, { urls: ['http://example.org/a'] });
    expect([await get('/a'), await get('/a', { host: 'other.org' })]).toEqual(['/a 4', '/a 3']);
  });

  it('by URL and by group drops what was asked for over TLS, too', async () => {
    const { cache } = testCache();
    const get = await site(cache, (_request, response) => void response.setHeader('Cache-Groups', '"news"'));
    const secure = { 'x-scheme': 'https' };
    expect([await get('/a', secure), await get('/a', secure)]).toEqual(['/a 1', '/a 1']);

    await purge(cache, { urls: ['http://example.org/a'] });
    expect([await get('/a', secure), await get('/a', secure)]).toEqual(['/a 2', '/a 2']);
    await purge(cache, { groups: [{ origin: 'http://example.org', name: 'news' }] });
    expect(await get('/a', secure)).toBe('/a 3');
  });

  it('by URL drops every variant', async () => {
    const { cache } = testCache();
    const get = await site(cache, (request, response) => {
      response.setHeader('Content-Language', String(request.headers['accept-language']));
    });
    const both = async () => [
      await get('/a', { 'accept-language': 'en' }),
      await get('/a', { 'accept-language': 'de' }),
    ];
    expect([await both(), await both()]).toEqual([
      ['/a 1', '/a 2'],
      ['/a 1', '/a 2'],
    ]);

    await purge(cache, { urls: ['http://example.org/a'] });

    expect(await both()).toEqual(['/a 3', '/a 4']);
  });

  it('by URL without the parameters that do not count', async () => {
    const { cache } = testCache();
    const get = await site(cache, undefined, { query: { ignore: ['from'] } });
    await get('/a?from=mail&b=1');
    expect(await get('/a?b=1')).toBe('/a?from=mail&b=1 1');

    await purge(cache, { urls: ['http://example.org/a?b=1'] });

    expect(await get('/a?b=1')).toBe('/a?b=1 1');
  });

  it('by URL drops what a response says its query does not count for', async () => {
    const { cache } = testCache();
    const get = await site(cache, (_request, response) => void response.setHeader('No-Vary-Search', 'key-order'));
    await get('/a?x=1&y=2');
    expect(await get('/a?y=2&x=1')).toBe('/a?x=1&y=2 1');

    await purge(cache, { urls: ['http://example.org/a?y=2&x=1'] });

    expect(await get('/a?y=2&x=1')).toBe('/a?y=2&x=1 1');
  });

  it('by tags: those of the handler and those of the fields', async () => {
    const { cache } = testCache();
    const get = await site(cache, (request, response) => {
      if (request.url === '/a') addTags('city:5');
      if (request.url === '/b') response.setHeader('Cache-Tag', 'front, city:5');
      if (request.url === '/c') response.setHeader('Surrogate-Key', 'front city:6');
    });
    const all = () => Promise.all(['/a', '/b', '/c'].map((path) => get(path)));
    await all();
    const heard: unknown[] = [];
    cache.on('invalidate', (event) => heard.push(event));

    await purge(cache, { tags: ['city:5'] });
    expect(await all()).toEqual(['/a 2', '/b 2', '/c 1']);
    await purge(cache.namespace('pages'), { tags: ['front'] });
    expect(await all()).toEqual(['/a 2', '/b 3', '/c 2']);
    expect(heard).toEqual([{ tags: ['city:5'] }, { tags: ['front'] }]);
  });

  it('by group, of one origin', async () => {
    const { cache } = testCache();
    const get = await site(cache, (_request, response) => void response.setHeader('Cache-Groups', '"news"'));
    await get('/a');
    await get('/b', { host: 'other.org' });

    await purge(cache, { groups: [{ origin: 'https://example.org', name: 'news' }] });
    await purge(cache, { groups: [{ origin: 'https://example.org', name: 'sport' }] });

    expect([await get('/a'), await get('/b', { host: 'other.org' })]).toEqual(['/a 2', '/b 1']);
  });

  it.each<[string, PurgeTargets]>([
    ['URL', { urls: ['http://example.org/a'] }],
    ['tag', { tags: ['front'] }],
    ['group', { groups: [{ origin: 'http://example.org', name: 'news' }] }],
  ])('by %s: a response whose making began before is never stored', async (_by, targets) => {
    const { cache } = testCache();
    const handle = createNodeHandler(cache);
    const begun = deferred<void>();
    const released = deferred<void>();
    let runs = 0;
    const get = await serve((request, response) => {
      const next = async (): Promise<void> => {
        runs += 1;
        const text = `made by run ${runs}`;
        response.setHeader('Cache-Tag', 'front').setHeader('Cache-Groups', '"news"');
        if (runs === 1) {
          begun.resolve();
          await released.promise;
        }
        response.end(text);
      };
      handle({ request, response, url: request.url ?? '/', identified: false, next: () => void next() });
    });
    const ask = async () => (await get('/a', { host: 'example.org' })).text;

    const first = ask();
    await begun.promise;
    await purge(cache, targets);
    const afterwards = ask();
    released.resolve();

    expect(await first).toBe('made by run 1');
    expect(await afterwards).toBe('made by run 2');
    expect(await ask()).toBe('made by run 2');
  });

  it('reaches the other processes that share the cache', async () => {
    const server = new SharedMemory();
    const clock = fakeClock();
    const caches = [server.client(), server.client()].map((backend) => createCache({ backend, clock }));
    const [here, there] = caches as [Cache, Cache];
    const get = await site(there);
    await get('/a');
    expect(await get('/a')).toBe('/a 1');

    await purge(here, { urls: ['https://example.org/a'] });

    await expect.poll(() => get('/a')).toBe('/a 2');
  });

  it.each([
    [null, 'targets'],
    [{ url: ['http://example.org/'] }, 'url'],
    [{ urls: 'http://example.org/' }, 'urls'],
    [{ urls: ['/a'] }, 'urls'],
    [{ urls: ['ftp://example.org/'] }, 'urls'],
    [{ urls: ['http://'] }, 'urls'],
    [{ urls: [5] }, 'urls'],
    [{ tags: 'city:5' }, 'tags'],
    [{ tags: [''] }, 'tags'],
    [{ groups: ['news'] }, 'groups'],
    [{ groups: [{ origin: 'example.org', name: 'news' }] }, 'groups'],
    [{ groups: [{ origin: 'http://example.org', name: '' }] }, 'groups'],
    [{ groups: [{ origin: 'http://example.org', name: 'news', extra: 1 }] }, 'groups'],
  ])('refuses %j', async (targets, option) => {
    const { cache } = testCache();
    const failure = await failureOf(purge(cache, targets as PurgeTargets));
    expect(failure).toMatchObject({ code: 'ERR_CACHE_OPTION', option });
  });

  it('refuses what is no cache, and takes an empty list', async () => {
    expect(await failureOf(purge({} as Cache, {}))).toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'cache' });
    const { cache } = testCache();
    await expect(purge(cache, { urls: [] })).resolves.toBeUndefined();
  });
});

describe('the route that purges', () => {
  const token = 'a token for tests only';
  const authorization = `Bearer ${token}`;

  async function start(before?: (request: IncomingMessage) => Promise<void>) {
    const server = new SharedMemory();
    const cache = createCache({ backend: server.client(), clock: fakeClock() });
    await cache.set('value', 1, { tags: ['city:5'] });
    const handler = purgeHandler(cache, { token, maxBodyBytes: 200 });
    const listener = createServer((request, response) => {
      void (before?.(request) ?? Promise.resolve()).then(() => handler(request, response));
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    onTestFinished(() => {
      listener.closeAllConnections();
      listener.close();
    });
    const { port } = listener.address() as AddressInfo;
    const post = async (
      body: string,
      { method = 'POST', headers = { authorization } as Record<string, string> } = {},
    ) => {
      const sent = send({ port, host: '127.0.0.1', method, headers, agent: false });
      sent.end(body);
      const [message] = (await once(sent, 'response')) as [IncomingMessage];
      const { statusCode: status, headers: fields } = message;
      let text = '';
      for await (const chunk of message.setEncoding('utf8')) text += chunk as string;
      return { status, fields, content: JSON.parse(text) as unknown };
    };
    return { server, cache, port, post };
  }

  it('purges what the body names, and says how much', async () => {
    const { cache, post } = await start();
    const answer = await post(JSON.stringify({ tags: ['city:5', 'front'], urls: ['https://example.org/'] }));
    expect(answer).toMatchObject({ status: 200, content: { purged: { urls: 1, tags: 2, groups: 0 } } });
    expect(answer.fields).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(await cache.get('value')).toBeUndefined();
  });

  it.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer something else' }],
    ['another scheme', { authorization: `Basic ${token}` }],
    ['part of the token', { authorization: authorization.slice(0, -1) }],
  ])('refuses a request with %s', async (_with, headers) => {
    const { cache, post } = await start();
    const answer = await post(JSON.stringify({ tags: ['city:5'] }), { headers });
    expect(answer).toMatchObject({ status: 401, content: { error: { code: 'unauthorized' } } });
    expect(answer.fields['www-authenticate']).toBe('Bearer');
    expect(await cache.get('value')).toBe(1);
  });

  it.each([
    ['no JSON', 'tags=city:5', 'json'],
    ['no object', 'null', 'targets'],
    ['a URL without a host', '{"urls":["/a"]}', 'targets'],
    ['something unknown', '{"tags":["a"],"url":[]}', 'targets'],
    ['nothing at all', '{}', 'empty'],
  ])('answers 400 to a body with %s', async (_with, body, code) => {
    const { post } = await start();
    expect(await post(body)).toMatchObject({ status: 400, content: { error: { code } } });
  });

  it('answers 405 to other methods, and 413 to a body that is too large, declared or not', async () => {
    const { cache, post } = await start();
    const body = JSON.stringify({ tags: ['city:5', 'x'.repeat(300)] });
    const get = await post('', { method: 'GET' });
    expect([get.status, get.fields.allow]).toEqual([405, 'POST']);
    const declared = { authorization, 'content-length': String(Buffer.byteLength(body)) };
    const chunked = { authorization, 'transfer-encoding': 'chunked' };
    for (const headers of [declared, chunked]) {
      expect(await post(body, { headers })).toMatchObject({ status: 413, content: { error: { code: 'too-large' } } });
    }
    expect(await cache.get('value')).toBe(1);
  });

  it('works below a body parser', async () => {
    const { cache, post } = await start(async (request) => {
      const chunks = await request.toArray();
      Object.assign(request, { body: JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as unknown });
    });
    expect(await post('{"tags":["city:5"]}')).toMatchObject({ status: 200 });
    expect(await cache.get('value')).toBeUndefined();
  });

  it('answers 503 if the others could not be told', async () => {
    const { server, post } = await start();
    server.fault = 'refused';
    expect(await post('{"tags":["city:5"]}')).toMatchObject({ status: 503, content: { error: { code: 'backend' } } });
  });

  it('hangs up on who does not send the rest of the body', async () => {
    const { cache, port } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\nContent-Length: 50\r\n\r\n{"tags":`);
    socket.end();
    await once(socket.resume(), 'close');
    expect(await cache.get('value')).toBe(1);
  });

  it.each([[undefined], [''], ['short'], [1234567890123456]])('refuses %j as a token, and does not show it', (bad) => {
    const make = () => purgeHandler(createCache({ backend: memory({ maxEntries: 10 }) }), { token: bad as string });
    expect(make).toThrow(/Option `token` must be a string of 16 characters or more\./);
  });
});
