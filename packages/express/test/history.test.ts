import { Agent, type OutgoingHttpHeaders } from 'node:http';
import { cachedListener } from '@cache/core/node';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { Request, RequestHandler, Response } from 'express';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { type Answer, type Site, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

/** What the pages show; it changes, and nobody says so. */
interface World {
  version: number;
  isBroken: boolean;
}

interface Route {
  readonly policy: ResponsePolicy;
  /** What the page shows of the request. */
  readonly look: (request: Request, response: Response) => unknown;
  /** Of a request that did not go past the cache, what a stored answer to it depends on. */
  readonly key?: (ask: Ask) => Ask;
}

const FRESH = 60;
const REFRESHED = 30;
const ON_ERROR = 40;
const SAFE: ResponsePolicy = { maxAge: '60s', staleWhileRevalidate: '30s', staleIfError: '40s', fastPath: true };
const SAID = `max-age=${FRESH}, stale-while-revalidate=${REFRESHED}, stale-if-error=${ON_ERROR}`;
const STANDARD: ResponsePolicy = { mode: 'standard', staleIfUnreachable: '40s', fastPath: true };

const ROUTES: Readonly<Record<string, Route>> = {
  plain: { policy: SAFE, look: () => 'plain' },
  personal: { policy: SAFE, look: (request) => [request.get('cookie') ?? null, request.get('authorization') ?? null] },
  themed: {
    policy: { ...SAFE, cookies: ['theme'] },
    look: (request) => request.get('cookie') ?? null,
    key: (ask) => ({ ...ask, cookie: /theme=\w+/.exec(ask.cookie ?? '')?.[0] }),
  },
  tenant: { policy: { ...SAFE, headers: ['X-Tenant'] }, look: (request) => request.get('x-tenant') ?? null },
  language: { policy: SAFE, look: (request) => request.acceptsLanguages('en', 'de') },
  query: {
    policy: { ...SAFE, query: { ignore: ['utm'] } },
    look: ({ url, originalUrl, query }) => [url, originalUrl, query],
    key: (ask) => ({ ...ask, query: ask.query.replace(/([?&])utm=\d&?/, '$1').replace(/[?&]$/, '') }),
  },
  standard: {
    policy: STANDARD,
    look: (request, response) => {
      response.set({ 'Cache-Control': SAID, Vary: 'X-Tenant, Accept-Language' });
      return [request.get('x-tenant') ?? null, request.acceptsLanguages('en', 'de')];
    },
  },
  guarded: {
    policy: STANDARD,
    look: (request, response) => {
      const isShared = request.get('authorization') === undefined && request.get('cookie') === undefined;
      response.set('Cache-Control', isShared ? SAID : `${SAID}, private`);
      return [request.get('cookie') ?? null, request.get('authorization') ?? null];
    },
    // Whoever has credentials may get what was made without any, never the other way round.
    key: (ask) => ({ ...ask, cookie: undefined, authorization: undefined }),
  },
};

interface Ask {
  readonly route: number;
  readonly method: string;
  readonly query: string;
  readonly language: string | undefined;
  readonly tenant: string | undefined;
  readonly cookie: string | undefined;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
  readonly condition: 'none' | 'known' | 'other' | 'any';
  readonly ifRange: 'none' | 'known' | 'other';
}

type Step =
  | { readonly do: 'ask'; readonly asks: readonly Ask[] }
  | { readonly do: 'change' }
  | { readonly do: 'break' }
  | { readonly do: 'mend' }
  | { readonly do: 'wait'; readonly seconds: number };

const seldom = <T>(...values: T[]) =>
  fc.constantFrom<T | undefined>(...Array.from({ length: 9 }, () => undefined), ...values);
const ask: fc.Arbitrary<Ask> = fc.record({
  route: fc.nat(1),
  method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'HEAD', 'POST'),
  query: fc.constantFrom('', '', '', '?utm=1', '?a=1&utm=2', '?a=1'),
  language: seldom('de', 'de, en;q=0.5'),
  tenant: seldom('red', 'blue'),
  cookie: seldom('theme=dark', 'session=ann; theme=light', 'session=bob'),
  authorization: seldom('Bearer ann'),
  range: seldom('bytes=0-4', 'bytes=5-', 'bytes=-3', 'bytes=900-', 'bytes=0-1,3-4'),
  condition: fc.constantFrom('none', 'none', 'none', 'known', 'other', 'any'),
  ifRange: fc.constantFrom('none', 'known', 'other'),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('ask' as const), asks: fc.array(ask, { minLength: 1, maxLength: 7 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Step>({ do: 'change' }, { do: 'change' }, { do: 'break' }, { do: 'mend' }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 20, 45, 61, 75, 130) }),
  },
);
const routes = fc.uniqueArray(fc.constantFrom(...Object.keys(ROUTES)), { minLength: 1, maxLength: 2 });

function handlerOf({ look }: Route, world: World): RequestHandler {
  return (request, response) => {
    const shown = JSON.stringify([world.version, look(request, response)]);
    if (world.isBroken) response.status(503).set('Cache-Control', 'no-store').send('broken');
    else response.send(shown);
  };
}

function headersOf(one: Ask, etag: string | undefined): OutgoingHttpHeaders {
  const conditions = { none: undefined, known: etag, other: '"other"', any: '*' };
  const fields = {
    'accept-language': one.language,
    'x-tenant': one.tenant,
    cookie: one.cookie,
    authorization: one.authorization,
    range: one.range,
    'if-none-match': conditions[one.condition],
    'if-range': one.range === undefined ? undefined : conditions[one.ifRange],
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** One answer of the cached app, with all that it takes to judge it. */
interface Observed {
  readonly name: string;
  readonly one: Ask;
  readonly headers: OutgoingHttpHeaders;
  readonly answer: Answer;
  /** In seconds. */
  readonly at: number;
  readonly isBroken: boolean;
  /** Versions that were shown at some time since this URL was last written to. */
  readonly versions: readonly { readonly version: number; readonly from: number; readonly to: number }[];
}

function isStored({ cacheStatus }: Answer): boolean {
  return /^hit|fwd-status=503/.test(cacheStatus ?? '');
}

/** Whether an answer is what the uncached app said in a version, or the part of it that was asked for. */
function isOf({ answer, headers, one }: Observed, whole: Answer): boolean {
  const { status, text } = answer;
  const isHead = one.method === 'HEAD';
  if (status === 304) {
    const wanted = String(headers['if-none-match'] ?? '');
    return (
      wanted === '*' || (wanted !== '' && wanted.replace(/^W\//, '') === answer.header('etag')?.replace(/^W\//, ''))
    );
  }
  if (status === 416)
    return (
      one.range === 'bytes=900-' && text === '' && answer.header('content-range') === `bytes */${whole.text.length}`
    );
  if (status === 206) {
    const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.header('content-range') ?? '') ?? [];
    const mayBePart = one.range !== undefined && headers['if-range'] === undefined;
    return (
      mayBePart && Number(total) === whole.text.length && text === whole.text.slice(Number(first), Number(last) + 1)
    );
  }
  if (status !== whole.status || answer.header('content-length') !== whole.header('content-length')) return false;
  return isHead ? text === '' : text === whole.text;
}

describe.each(expressVersions)('over time a cached app on $version', ({ express }) => {
  it('answers what its uncached twin said to the same request, and no later than it may', {
    timeout: 60_000,
  }, async () => {
    const past: World = { version: 0, isBroken: false };
    const plainApp = express();
    for (const [name, route] of Object.entries(ROUTES)) plainApp.all(`/${name}`, handlerOf(route, past));
    const plain: Site = await startSite(plainApp);
    let listener: ReturnType<typeof cachedListener> | undefined;
    const cached: Site = await startSite((request, response) => listener?.(request, response));
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const told = { hits: 0, stale: 0, parts: 0, notModified: 0, asked: 0 };

    /** What the uncached app says in a version to what the handler could see of this request. */
    async function said({ name, one, answer }: Observed, version: number, memo: Map<string, Answer>): Promise<Answer> {
      const route = ROUTES[name];
      // In safe mode a GET that makes something to be stored sees only what the key covers.
      const isNarrow = route?.policy.mode !== 'standard' && one.method === 'GET';
      const isOwn = isNarrow ? answer.cacheStatus?.startsWith('fwd=bypass') : !isStored(answer);
      const seen = isOwn === true ? one : (route?.key?.(one) ?? one);
      const headers = headersOf({ ...seen, condition: 'none', range: undefined }, undefined);
      const key = JSON.stringify([name, seen.query, version, headers]);
      const known = memo.get(key);
      if (known !== undefined) return known;
      past.version = version;
      const whole = await plain.get(`/${name}${seen.query}`, { headers, agent });
      memo.set(key, whole);
      return whole;
    }

    async function faultOf(observed: Observed, memo: Map<string, Answer>): Promise<string | undefined> {
      const { answer, at, isBroken, versions } = observed;
      if (answer.status === 503) return isBroken ? undefined : 'an error where there was none';
      const age = isStored(answer) ? Number(answer.header('age')) : 0;
      if (age >= FRESH + (isBroken ? ON_ERROR : REFRESHED)) return `it is ${age} s old`;
      const then = versions.filter(({ from, to }) => from <= at - age && to >= at - age);
      if (then.length === 0) return `it was made before the last write, ${age} s ago`;
      for (const { version } of then) if (isOf(observed, await said(observed, version, memo))) return undefined;
      return `nobody was told so ${age} s ago`;
    }

    await fc.assert(
      fc.asyncProperty(routes, fc.array(step, { minLength: 10, maxLength: 30 }), async (names, steps) => {
        const { cache, clock } = testCache();
        const world: World = { version: 1, isBroken: false };
        const app = express();
        for (const [name, route] of Object.entries(ROUTES)) {
          app.all(`/${name}`, cacheResponse(cache, route.policy) as RequestHandler, handlerOf(route, world));
        }
        listener = cachedListener(app, cache);
        const now = (): number => clock.now() / 1000;
        const history = [{ version: 1, from: now(), to: Infinity }];
        const writes = new Map<string, number>();
        const tags = new Map<string, string>();
        const memo = new Map<string, Answer>();
        const observed: Observed[] = [];

        for (const next of steps) {
          if (next.do === 'wait') clock.advance(next.seconds * 1000);
          else if (next.do === 'break') world.isBroken = true;
          else if (next.do === 'mend') world.isBroken = false;
          else if (next.do === 'change') {
            const last = history.at(-1);
            if (last !== undefined) history[history.length - 1] = { ...last, to: now() };
            world.version += 1;
            history.push({ version: world.version, from: now(), to: Infinity });
          } else {
            await Promise.all(
              next.asks
                .filter(({ method }) => method !== 'POST')
                .map(async (one) => {
                  const name = names[one.route % names.length] ?? '';
                  const path = `/${name}${one.query}`;
                  const headers = headersOf(one, tags.get(path));
                  const answer = await cached.get(path, { method: one.method, headers, agent });
                  tags.set(path, answer.header('etag') ?? '"none"');
                  const since = writes.get(path) ?? 0;
                  const versions = history.filter(({ to }) => to >= since);
                  observed.push({ name, one, headers, answer, at: now(), isBroken: world.isBroken, versions });
                }),
            );
            for (const one of next.asks.filter(({ method }) => method === 'POST')) {
              const path = `/${names[one.route % names.length]}${one.query}`;
              const { status } = await cached.get(path, { method: 'POST', agent });
              if (status === 200) writes.set(path, now());
            }
          }
        }

        const faults: unknown[] = [];
        for (const one of observed) {
          const fault = await faultOf(one, memo);
          const { answer, at } = one;
          if (fault !== undefined)
            faults.push({ fault, ...one, status: answer.status, text: answer.text, at, history });
          told.asked += 1;
          if (answer.cacheStatus?.startsWith('hit') === true) told.hits += 1;
          if (/ttl=-|fwd-status=503/.test(answer.cacheStatus ?? '')) told.stale += 1;
          if (answer.status === 206) told.parts += 1;
          if (answer.status === 304) told.notModified += 1;
        }
        expect(faults).toEqual([]);
      }),
      { numRuns: 20 },
    );

    expect(told.hits).toBeGreaterThan(told.asked / 8);
    for (const count of [told.stale, told.parts, told.notModified]) expect(count).toBeGreaterThan(0);
  });
});
