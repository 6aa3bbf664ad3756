import { describe, expect, it } from 'vitest';
import { fillHoles, type FillingContext } from '../../src/http/fill-holes.ts';
import { filledResponse } from '../../src/http/filled-response.ts';
import { headerOf } from '../../src/http/headers.ts';
import { isHttpRecord } from '../../src/http/records.ts';
import { representationFor } from '../../src/http/representation.ts';
import { requestKey } from '../../src/http/request-key.ts';
import type { HoleRequest, Holes } from '../../src/http/holes.ts';
import { fakeClock } from '../../src/testing/index.ts';
import { hole } from '../../src/index.ts';
import { testCache } from '../support/test-cache.ts';
import { engine, fillOf, request } from './support/engine.ts';
import { policyOf } from './support/rules.ts';
import { bytes, stored, text } from './support/stored.ts';

const PAGE = stored({ body: 'Hello, !', holes: [{ at: 7, name: 'name' }] });

const tag = (body: Uint8Array): string => `"${text(body)?.replaceAll(/\W+/g, '-')}"`;

function filled(page = PAGE, name = 'Ann') {
  return filledResponse(page, { fills: new Map([['name', name]]), targetedFields: [], entityTag: tag });
}

function filling(holes: Holes, more: Partial<FillingContext> = {}): FillingContext {
  return { policy: policyOf({ holes }), clock: fakeClock(), entityTag: tag, report: () => {}, ...more };
}

describe('the holes of a policy', () => {
  it.each<[string, unknown]>([
    ['holes', 'greeting'],
    ['holes', ['greeting']],
    ['holes', null],
    ['holes', { '': () => '' }],
    ['holes.a', { a: 'Hello' }],
    ['holes.a', { a: undefined }],
    ['holes.a', { a: null }],
    ['holes.a', { a: { otherwise: '' } }],
    ['otherwis', { a: { fill: () => '', otherwis: '' } }],
    ['holes.a.otherwise', { a: { fill: () => '', otherwise: 7 } }],
  ])('are refused, and %s is named: %j', (option, holes) => {
    expect(() => policyOf({ holes: holes as Holes })).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }),
    );
  });

  it('are for the safe mode only', () => {
    const wrong = { mode: 'standard', holes: { a: () => '' } } as const;
    expect(() => policyOf(wrong)).toThrow(expect.objectContaining({ option: 'holes' }));
    expect(() => policyOf({ holeTimeout: -1 })).toThrow(expect.objectContaining({ option: 'holeTimeout' }));
  });

  it('hide cookies that are not declared, instead of going past the cache', () => {
    expect(policyOf({ holes: { a: () => '' } }).cookies).toEqual([]);
    expect(policyOf({ holes: { a: () => '' }, cookies: ['theme'] }).cookies).toEqual(['theme']);
    for (const holes of [undefined, {}] as const) {
      const policy = policyOf(holes === undefined ? {} : { holes });
      expect([policy.cookies, policy.holes, policy.ignoresIdentity]).toEqual([undefined, undefined, false]);
    }
  });

  it('take a known user into the cache, but not one whom the connection tells to every handler', () => {
    const [plain, holed] = [policyOf({ cookies: [] }), policyOf({ holes: { a: () => '' } })];
    const why = (policy: typeof plain, facts: object): unknown => policy.mode.whyBypass(request({}, facts), policy);
    expect([why(plain, { identified: true }), why(holed, { identified: true })]).toEqual(['identity', undefined]);
    const standard = policyOf({ mode: 'standard' });
    for (const policy of [plain, holed, standard]) expect(why(policy, { certified: true })).toBe('identity');
  });

  it('are part of the key: who cannot fill a page does not find it', () => {
    const key = (holes?: Holes): string =>
      requestKey(request(), '/', policyOf({ cookies: [], ...(holes && { holes }) }));
    const fill = (): string => '';
    expect(key({ a: fill, b: fill })).toBe(key({ b: () => 'other', a: fill }));
    expect(
      new Set([key(), key({ a: fill }), key({ b: fill }), key({ a: fill, b: fill }), key({ 'a","b': fill })]).size,
    ).toBe(5);
  });
});

describe('a record with holes', () => {
  it('is none if the holes cannot be read', () => {
    expect(isHttpRecord(PAGE)).toBe(true);
    for (const holes of [null, {}, 'name', [null], [7], [{ at: 7 }], [{ name: 'name' }], [{ at: '7', name: 'name' }]]) {
      expect(isHttpRecord({ ...PAGE, holes })).toBe(false);
    }
  });
});

describe('a hit with holes', () => {
  it('is none that anybody learns from who would answer it as it is kept', async () => {
    const http = engine(testCache().cache, { maxAge: '1m', holes: { a: () => '' } });
    const ask = async (url: string, page: () => string) => {
      const fill = fillOf(http.lookup(request({}, { url })));
      const body = fill.run(page);
      fill.head(200, [], { set: [], removed: [] });
      fill.chunk(bytes(body));
      fill.end();
      const hit = await http.lookup(request({}, { url }));
      return hit.kind === 'hit' && { holes: hit.response.holes?.length, kept: hit.kept !== undefined };
    };
    expect(await ask('/plain', () => 'plain')).toEqual({ holes: undefined, kept: true });
    expect(await ask('/holed', () => hole('a'))).toEqual({ holes: 1, kept: false });
  });
});

describe('a filled page', () => {
  it('has what fills each hole in its place', () => {
    const holes = [
      { at: 0, name: 'a' },
      { at: 2, name: 'b' },
      { at: 2, name: 'a' },
      { at: 4, name: 'b' },
    ];
    const fills = new Map([
      ['a', '(ä)'],
      ['b', ''],
    ]);
    const page = filledResponse(stored({ body: '1234', holes }), { fills, targetedFields: [], entityTag: tag });
    expect(text(page.body)).toBe('(ä)12(ä)34');
    expect(page.holes).toBeUndefined();
  });

  it.each([
    [[], 'private, no-cache'],
    [['Cache-Control', 'public, max-age=60'], 'private, no-cache'],
    [['Cache-Control', 's-maxage=60, no-store'], 'private, no-cache, no-store'],
    [['Cache-Control', 'no-transform', 'Cache-Control', 'private, max-age=9'], 'private, no-cache, no-transform'],
  ])('with %j is for one client', (headers, said) => {
    const page = filled({ ...PAGE, headers });
    expect(headerOf(page.headers, 'cache-control')).toBe(said);
  });

  it('has nothing that addresses shared caches, of the handler or of somebody above', () => {
    const names = [
      'CDN-Cache-Control',
      'Surrogate-Control',
      'X-New-Cache-Control',
      'X-Accel-Expires',
      'Expires',
      'X-Own',
    ];
    const kept = { ...PAGE, headers: [...names, 'Last-Modified', 'ETag'].flatMap((name) => [name, 'x']) };
    const filling = { fills: new Map<string, string>(), entityTag: () => undefined };
    // Another policy, which obeys other fields, may have filled the same page before.
    filledResponse(kept, { ...filling, targetedFields: [] });
    const page = filledResponse(kept, { ...filling, targetedFields: ['x-own'] });
    expect(page.headers).toEqual(['Cache-Control', 'private, no-cache']);
    const above = [
      'cdn-cache-control',
      'surrogate-control',
      'x-accel-expires',
      'expires',
      'etag',
      'last-modified',
      'x-own',
    ];
    expect(page.removed).toEqual(expect.arrayContaining(above));
  });

  it('has an entity tag of the filled bytes, and other pages have another', () => {
    const page = { ...PAGE, headers: ['ETag', '"parts"'] };
    const [ann, bob] = [filled(page, 'Ann'), filled(page, 'Bob')];
    expect([headerOf(ann.headers, 'etag'), headerOf(bob.headers, 'etag')]).toEqual(['"Hello-Ann-"', '"Hello-Bob-"']);
    const asked = request({ 'if-none-match': '"Hello-Ann-", "parts"' });
    expect([representationFor(asked, ann).status, representationFor(asked, bob).status]).toEqual([304, 200]);
    expect(headerOf(filled({ ...page, status: 404 }).headers, 'etag')).toBeUndefined();
  });

  it('has no parts', () => {
    const { status, body } = representationFor(request({ range: 'bytes=0-1' }), filled());
    expect([status, text(body)]).toEqual([200, 'Hello, Ann!']);
  });
});

describe('filling', () => {
  it('gives functions the request as it came', async () => {
    const given: HoleRequest[] = [];
    const holes: Holes = { name: (one) => String(given.push(one)) };
    const asked = request({ cookie: 'a=1' }, { url: '/page /routed', target: '/page' });
    await fillHoles(PAGE, asked, 'context', filling(holes));
    const [one] = given;
    expect([one?.method, one?.url, one?.host, one?.scheme, one?.context]).toEqual([
      'GET',
      '/page',
      'a.example',
      'http',
      'context',
    ]);
    expect(one?.header('cookie')).toBe('a=1');
  });

  it('calls each function once, however often its hole is there', async () => {
    let calls = 0;
    const page = { ...PAGE, holes: [...(PAGE.holes ?? []), { at: 8, name: 'name' }] };
    const done = await fillHoles(page, request(), undefined, filling({ name: () => String((calls += 1)) }));
    expect([text(done.body), calls]).toEqual(['Hello, 1!1', 1]);
  });

  it.each<[unknown, unknown]>([
    [new Error('own'), 'own'],
    [undefined, expect.stringContaining('undefined')],
    ['route', expect.stringContaining('"route"')],
  ])('fails with what a function throws, as an error: %j', async (thrown, message) => {
    const holes: Holes = {
      name: () => {
        throw thrown;
      },
    };
    const failed = fillHoles(PAGE, request(), undefined, filling(holes));
    await expect(failed).rejects.toBeInstanceOf(Error);
    await expect(failed).rejects.toMatchObject({ message });
  });

  it.each([undefined, null, 7, ['a'], { html: '' }])('fails with what is no text: %j', async (html) => {
    const failed = fillHoles(PAGE, request(), undefined, filling({ name: () => html as unknown as string }));
    await expect(failed).rejects.toMatchObject({ code: 'ERR_CACHE_HOLE' });
  });

  it('handles each failure, also where one function fails before another has answered', async () => {
    const page = { ...PAGE, holes: ['a', 'b', 'c'].map((name) => ({ at: 0, name })) };
    const holes: Holes = {
      a: () => Promise.reject(new Error('later')),
      b: () => {
        throw new Error('at once');
      },
      c: () => new Promise(() => {}),
    };
    await expect(fillHoles(page, request(), undefined, filling(holes))).rejects.toThrow(/later|at once/);
  });

  it('is done at once where every function answers at once, and waits for whatever has to be waited for', async () => {
    expect(fillHoles(PAGE, request(), undefined, filling({ name: () => 'Ann' }))).not.toBeInstanceOf(Promise);
    // oxlint-disable-next-line unicorn/no-thenable -- what database drivers return
    const slow = { then: (use: (html: string) => void) => use('Ann') } as Promise<string>;
    expect(text((await fillHoles(PAGE, request(), undefined, filling({ name: () => slow }))).body)).toBe('Hello, Ann!');
  });

  it('makes a signal where a function asks for one, aborted when nobody waits', async () => {
    const signals: AbortSignal[] = [];
    const holes: Holes = {
      name: async ({ signal }) => {
        signals.push(signal);
        await Promise.resolve();
        signals.push(signal);
        return String(signal.aborted);
      },
    };
    expect(text((await fillHoles(PAGE, request(), undefined, filling(holes))).body)).toBe('Hello, false!');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('takes what libraries mark as safe', async () => {
    // oxlint-disable-next-line no-new-wrappers, unicorn/new-for-builtins -- what they return
    const safe = new String('<b>') as string;
    expect(text((await fillHoles(PAGE, request(), undefined, filling({ name: () => safe }))).body)).toBe('Hello, <b>!');
  });

  it('fails when the time is over, unless the hole says what stands there then', async () => {
    const clock = fakeClock();
    const never = (): Promise<string> => new Promise(() => {});
    const told: string[] = [];
    const report = (operation: string): unknown => told.push(operation);
    const failed = fillHoles(PAGE, request(), undefined, filling({ name: never }, { clock }));
    const done = fillHoles(
      PAGE,
      request(),
      undefined,
      filling({ name: { fill: never, otherwise: 'you' } }, { clock, report }),
    );
    clock.advance(1_999);
    expect(told).toEqual([]);
    clock.advance(1);
    await expect(failed).rejects.toMatchObject({ code: 'ERR_CACHE_HOLE' });
    expect(text((await done).body)).toBe('Hello, you!');
    expect(told).toEqual(['hole name']);
  });

  it('fails with a hole that the policy does not have', async () => {
    const page = { ...PAGE, body: bytes('x'), holes: [{ at: 0, name: 'other' }] };
    const failed = fillHoles(page, request(), undefined, filling({ name: () => '' }));
    await expect(failed).rejects.toMatchObject({ code: 'ERR_CACHE_HOLE' });
  });
});
