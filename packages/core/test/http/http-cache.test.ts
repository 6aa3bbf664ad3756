import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lookup } from '../../src/http/lookup.ts';
import type { Kept } from '../../src/http/lookup.ts';
import { CacheError, type Store } from '../../src/index.ts';
import { faultyBackend } from '../support/backends.ts';
import { deferred, flush } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';
import { answer, engine, fillOf, request, told } from './support/engine.ts';

/** What a key is made of under a policy that names `X-Tenant` and a cookie. */
const PARTS = ['url', 'host', 'scheme', 'x-tenant', 'cookie'] as const;

describe('the HTTP cache engine', () => {
  it('decides at once where nothing has to be waited for', () => {
    const { cache } = testCache();
    const http = engine(cache);

    answer(fillOf(http.lookup(request())), 'page');
    const lookup = http.lookup(request());

    expect(lookup).not.toBeInstanceOf(Promise);
    expect(lookup).toMatchObject({ kind: 'hit', status: 'hit; ttl=300', age: 0 });
  });

  it('makes its keys itself, so that a key function of the cache mixes no pages', () => {
    const { cache } = testCache({ keyFunction: () => 'same' });
    const http = engine(cache);
    answer(fillOf(http.lookup(request({}, { url: '/a' }))), 'a');
    expect(told(http.lookup(request({}, { url: '/a' })) as Lookup)).toBe('a');
    expect(told(http.lookup(request({}, { url: '/b' })) as Lookup)).toBe('miss');
  });

  it('never gives one request the page of another that differs in the URL, the host or what the policy names', () => {
    const part = fc.array(fc.constantFrom('a', '/', '?', '"', ':', '[', ']', ',', '\\', '%20', '#'), { maxLength: 4 });
    const text = part.map((parts) => parts.join(''));
    const field = fc.option(
      fc.array(fc.constantFrom('a', ' ', '"', '\\', ']', 'null', ';', '=')).map((parts) => parts.join('')),
      { nil: undefined },
    );
    const anyRequest = fc.record({
      url: text.map((rest) => `/${rest}`),
      host: fc.constantFrom('a', 'b', 'a:1', '', 'a http://a', '[]'),
      scheme: fc.constantFrom('http' as const, 'https' as const),
      'x-tenant': field,
      cookie: fc.option(fc.constantFrom('t=1', 't=2', 't=1; t=2', 't="', 's=1', 's=1; t=1'), { nil: undefined }),
    });
    fc.assert(
      fc.property(anyRequest, anyRequest, fc.subarray([...PARTS]), (left, other, changed) => {
        const right = { ...left, ...Object.fromEntries(changed.map((name) => [name, other[name]])) };
        const { cache } = testCache();
        const http = engine(cache, { headers: ['X-Tenant'], cookies: ['t'] });
        const asked = (one: typeof left) => {
          const { url, host, scheme, ...fields } = one;
          const present = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
          return request(Object.fromEntries(present), { url, host, scheme });
        };
        const first = http.lookup(asked(left));
        if (!(first instanceof Promise) && first.kind === 'miss') answer(first.fill, 'left');
        const second = http.lookup(asked(right));
        const hit = !(second instanceof Promise) && second.kind === 'hit';
        const essence = ({ cookie, 'x-tenant': tenant, ...rest }: typeof left) =>
          JSON.stringify([
            rest,
            tenant?.trim() ?? null,
            (cookie ?? '').split('; ').filter((pair) => pair.startsWith('t=')),
          ]);
        const storable = left.host !== 'a http://a';
        expect(hit).toBe(storable && essence(left) === essence(right));
      }),
      { numRuns: 200 },
    );
  });

  it('waits for others twice at most, then runs the handler without asking further', async () => {
    const { cache } = testCache();
    const http = engine(cache);
    const first = fillOf(http.lookup(request()));
    const patient = Promise.resolve(http.lookup(request()));

    first.abandon();
    const second = fillOf(http.lookup(request()));
    await flush();
    second.abandon();
    const third = fillOf(http.lookup(request()));
    let settled = false;
    void patient.then(() => (settled = true));
    await flush();

    expect(settled).toBe(true);
    const lookup = await patient;
    expect(lookup.kind).toBe('miss');
    // The newer fill has taken the place of the third one, whose answer is not stored any more.
    answer(third, 'third');
    expect(told(await http.lookup(request({}, { method: 'HEAD' })))).toBe('bypass');
    if (lookup.kind === 'miss') answer(lookup.fill, 'patient');
    expect(told(await http.lookup(request()))).toBe('patient');
  });

  it('runs handlers beyond the bound of fills to wait for side by side, and stores what they answer', () => {
    const { cache } = testCache();
    const http = engine(cache);
    const ask = (index: number) => http.lookup(request({}, { url: `/${index}` }));
    for (let index = 0; index < 10_000; index += 1) fillOf(ask(index));

    expect(ask(0)).toBeInstanceOf(Promise);
    const beyond = [fillOf(ask(10_000)), fillOf(ask(10_000))];
    answer(beyond[0] ?? fillOf(ask(0)), 'page');

    expect(ask(10_000)).toMatchObject({ kind: 'hit' });
  });

  it('leaves no timer behind when a fill has ended', () => {
    const { cache, clock } = testCache();
    let timers = 0;
    const after = clock.after.bind(clock);
    clock.after = (milliseconds, callback) => {
      timers += 1;
      const cancel = after(milliseconds, callback);
      return () => {
        timers -= 1;
        cancel();
      };
    };
    const http = engine(cache);

    answer(fillOf(http.lookup(request())), 'page');
    fillOf(http.lookup(request({}, { url: '/other' }))).abandon();

    expect(timers).toBe(0);
  });

  it('keeps under one URL an index of fields and one page for each of their values', () => {
    const { cache } = testCache();
    const http = engine(cache);
    const german = request({ 'accept-language': 'de' });
    const english = request({ 'accept-language': 'en' });

    answer(fillOf(http.lookup(german)), 'de', { read: ['accept-language'] });
    answer(fillOf(http.lookup(english)), 'en', { read: ['accept-language'] });

    expect([http.lookup(german), http.lookup(english)].map((lookup) => told(lookup as never))).toEqual(['de', 'en']);
    expect(http.lookup(request())).toMatchObject({ kind: 'miss' });
  });

  it('writes the index when the page is written, so that nobody finds an index without one', async () => {
    const page = deferred<void>();
    const kinds: unknown[] = [];
    const set: Store['set'] = (_key, { value }) => {
      kinds.push((value as { kind: string }).kind);
      return page.promise;
    };
    const { cache } = testCache({ backend: faultyBackend({ set }) });
    const http = engine(cache);

    answer(fillOf(http.lookup(request({ accept: 'a/b' }))), 'page', { read: ['accept'] });
    await flush();
    expect(kinds).toEqual(['response']);
    page.resolve();
    await flush();

    expect(kinds).toEqual(['response', 'variants']);
  });

  it('remembers for ten seconds that an answer could not be stored', () => {
    const { cache, clock } = testCache();
    const http = engine(cache);
    answer(fillOf(http.lookup(request())), 'page', { headers: ['Cache-Control', 'no-store'] });

    clock.advance(9_999);
    fillOf(http.lookup(request()));
    fillOf(http.lookup(request()));
    clock.advance(1);
    fillOf(http.lookup(request()));
    expect(http.lookup(request())).toBeInstanceOf(Promise);
  });

  it.each([500, 503])('does not remember that of the error %i or an answer that broke off', (status) => {
    const { cache } = testCache();
    const http = engine(cache);

    answer(fillOf(http.lookup(request())), 'sorry', { status });
    fillOf(http.lookup(request())).abandon();
    fillOf(http.lookup(request()));

    expect(http.lookup(request())).toBeInstanceOf(Promise);
  });

  it('finds a response again by where it is kept, as long as it is that one, fresh and valid', async () => {
    const { cache, clock } = testCache();
    const http = engine(cache, { mode: 'standard' });
    const store = (): Kept => {
      answer(fillOf(http.lookup(request({}, { url: `/${clock.now()}` }))), 'page', {
        headers: ['Cache-Control', 'max-age=60', 'Cache-Tag', 't'],
      });
      const hit = http.lookup(request({}, { url: `/${clock.now()}` }));
      if (hit instanceof Promise || hit.kind !== 'hit' || hit.kept === undefined)
        throw new Error('It is no plain hit.');
      return hit.kept;
    };
    const kept = store();
    expect(http.freshHit(kept, clock.now())?.value).toBe(kept.response);
    expect(http.freshHit({ ...kept, id: 'other' }, clock.now())).toBeUndefined();
    expect(http.freshHit({ ...kept, response: { ...kept.response } }, clock.now())).toBeUndefined();
    expect(http.freshHit(kept, clock.now() + 60_000)).toBeUndefined();
    await cache.invalidateTags(['t']);
    expect(http.freshHit(kept, clock.now())).toBeUndefined();
  });

  it('goes past the cache where the policy leaves a request out', () => {
    const { cache } = testCache();
    const http = engine(cache, { unless: ({ url }) => url === '/out' });
    expect(http.lookup(request({}, { url: '/out' }))).toMatchObject({
      kind: 'bypass',
      status: 'fwd=bypass; detail=policy',
    });
    expect(http.lookup(request({}, { url: '/in' }))).toMatchObject({ kind: 'miss' });
  });

  it('takes no cache but one of this library', () => {
    expect(() => engine({} as never)).toThrow(CacheError);
  });

  it('distrusts what was stored under a clock that ran ahead', () => {
    const { cache, clock } = testCache();
    const http = engine(cache);
    answer(fillOf(http.lookup(request())), 'page');

    clock.jump(clock.now() - 3_600_000);

    expect(http.lookup(request())).toMatchObject({ kind: 'miss' });
  });
});
