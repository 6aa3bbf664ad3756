import { Agent, type OutgoingHttpHeaders, type RequestListener } from 'node:http';
import type { Cache } from '@cache/core';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import type { Request, RequestHandler, Response } from 'express';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { type Answer, startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

/** What both twins show. */
type Items = Map<string, number>;
type Read = (id: string) => Promise<number | undefined>;
type Page = (id: string, read: Read, request: Request, response: Response) => Promise<unknown>;

const IDS = ['1', '2'];

/** Routes with all that an answer may depend on. */
const PAGES: Record<string, { readonly policy: ResponsePolicy; readonly page: Page }> = {
  plain: { policy: {}, page: async (id, read) => ({ id, item: await read(id) }) },
  personal: {
    policy: {},
    page: async (id, read, request) => ({ item: await read(id), cookie: request.headers.cookie ?? null }),
  },
  themed: {
    policy: { cookies: ['theme'] },
    page: async (id, read, request) => ({ item: await read(id), theme: cookie(request, 'theme') }),
  },
  language: {
    policy: {},
    page: async (id, read, request, response) => {
      const language = request.acceptsLanguages('de', 'en') || 'none';
      response.set('Content-Language', language);
      return { item: await read(id), language };
    },
  },
  tenant: {
    policy: { headers: ['X-Tenant'] },
    page: async (id, read, request) => ({ item: await read(id), tenant: request.get('x-tenant') ?? null }),
  },
  undeclared: {
    policy: {},
    page: async (id, read, request) => ({ item: await read(id), tenant: request.get('x-tenant') ?? null }),
  },
  varying: {
    policy: {},
    page: async (id, read, request, response) => {
      response.vary('X-Tenant');
      return { item: await read(id), tenant: request.get('x-tenant') ?? null };
    },
  },
  sometimes: {
    policy: {},
    page: async (id, read, request, response) => {
      const item = await read(id);
      if (item !== undefined && item % 3 === 0) response.set('Cache-Control', 'private');
      if (item !== undefined && item % 5 === 0) response.cookie('seen', String(item));
      return { item, tenant: item !== undefined && item % 7 === 0 ? request.get('x-tenant') : null };
    },
  },
  sum: {
    policy: {},
    page: async (_id, read, _request, response) => {
      const all = await Promise.all(IDS.map(read));
      response.append('Link', '</a>').append('Link', '</b>');
      return { sum: all.reduce<number>((sum, item) => sum + (item ?? 0), 0) };
    },
  },
};

function cookie(request: Request, name: string): string | null {
  const pairs = (request.headers.cookie ?? '').split('; ');
  return pairs.find((pair) => pair.startsWith(`${name}=`)) ?? null;
}

function handlerOf(page: Page, read: Read): RequestHandler {
  return (request, response, next) => {
    const id = String(request.params['id']);
    page(id, read, request, response).then((shown) => {
      const status = JSON.stringify(shown).includes('"item"') || 'sum' in (shown as object) ? 200 : 404;
      response.status(status).json([shown, request.query]);
    }, next);
  };
}

interface Ask {
  /** Counts round the routes of the run. */
  readonly route: number;
  readonly id: string;
  readonly query: string;
  readonly method: string;
  readonly language: string | undefined;
  readonly tenant: string | undefined;
  readonly cookie: string | undefined;
  readonly condition: 'none' | 'known' | 'other' | 'any';
}

type Step =
  | { readonly do: 'ask'; readonly asks: readonly Ask[] }
  | { readonly do: 'change'; readonly id: string }
  | { readonly do: 'remove'; readonly id: string }
  | { readonly do: 'wait'; readonly milliseconds: number };

const optional = (...values: string[]) => fc.constantFrom<string | undefined>(undefined, ...values);
const ask: fc.Arbitrary<Ask> = fc.record({
  route: fc.nat(1),
  id: fc.constantFrom(...IDS),
  query: fc.constantFrom('', '', '?a=1'),
  method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'POST'),
  language: optional('de', 'de, en;q=0.5'),
  tenant: optional('red'),
  cookie: fc.constantFrom(undefined, undefined, undefined, 'theme=dark', 'session=ann; theme=light', 'session=bob'),
  condition: fc.constantFrom('none', 'none', 'known', 'other', 'any'),
});
const id = fc.constantFrom(...IDS);
const routes = fc.uniqueArray(fc.constantFrom(...Object.keys(PAGES)), { minLength: 1, maxLength: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('ask' as const), asks: fc.array(ask, { minLength: 1, maxLength: 8 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('change' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.nat(400_000) }) },
);

/** What two answers must agree in. Of fields, those that speak about the content. */
function essence(answer: Answer): unknown {
  const { status, text } = answer;
  const content = ['content-type', 'content-language', 'content-length', 'etag'];
  const fields = status === 304 ? ['etag'] : content;
  return {
    status,
    text,
    fields: fields.map((name) => answer.header(name)),
    link: answer.lines('link'),
    cookies: answer.lines('set-cookie'),
  };
}

describe.each(expressVersions)('a cached app and its uncached twin on $version', ({ express }) => {
  function twins(cache: Cache, items: Items): { cached: RequestListener; plain: RequestListener } {
    const load: Read = (item) => Promise.resolve(items.get(item));
    const read: Read = async (item) => {
      const value = await cache.getOrSet(['item', item], async () => (await load(item)) ?? null, {
        tags: [`item:${item}`],
      });
      return value ?? undefined;
    };
    const [cached, plain] = [express(), express()];
    for (const [name, { policy, page }] of Object.entries(PAGES)) {
      cached.all(`/${name}/:id`, cacheResponse(cache, policy), handlerOf(page, read));
      plain.all(`/${name}/:id`, handlerOf(page, load));
    }
    return { cached, plain };
  }

  it('answer alike, whatever is asked in whatever order, if changes are invalidated', { timeout: 30_000 }, async () => {
    let apps: ReturnType<typeof twins> | undefined;
    const cached = await startSite((request, response) => apps?.cached(request, response));
    const plain = await startSite((request, response) => apps?.plain(request, response));
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    let hits = 0;

    await fc.assert(
      fc.asyncProperty(routes, fc.array(step, { minLength: 10, maxLength: 30 }), async (names, steps) => {
        const { cache, clock } = testCache();
        const items: Items = new Map(IDS.map((item, index) => [item, index]));
        apps = twins(cache, items);
        const known = new Map<string, string>();
        const pairs: { expected: unknown; answered: unknown }[] = [];
        for (const next of steps) {
          if (next.do === 'wait') clock.advance(next.milliseconds);
          else if (next.do === 'ask') {
            await Promise.all(
              next.asks.map(async (one) => {
                const path = `/${names[one.route % names.length]}/${one.id}${one.query}`;
                const wanted = { method: one.method, headers: headersOf(one, known.get(path)), agent };
                const expected = await plain.get(path, wanted);
                const answer = await cached.get(path, wanted);
                known.set(path, expected.header('etag') ?? '"none"');
                pairs.push({ expected: [path, one, essence(expected)], answered: [path, one, essence(answer)] });
                if (answer.cacheStatus?.startsWith('hit') === true) hits += 1;
              }),
            );
          } else {
            if (next.do === 'change') items.set(next.id, (items.get(next.id) ?? 0) + 1);
            else items.delete(next.id);
            await cache.invalidateTags([`item:${next.id}`]);
          }
        }
        expect(pairs.map(({ answered }) => answered)).toEqual(pairs.map(({ expected }) => expected));
      }),
      { numRuns: 30 },
    );

    expect(hits).toBeGreaterThan(50);
  });
});

function headersOf(one: Ask, known: string | undefined): OutgoingHttpHeaders {
  const conditions = { none: undefined, known, other: '"other"', any: '*' };
  const fields = {
    'accept-language': one.language,
    'x-tenant': one.tenant,
    cookie: one.cookie,
    'if-none-match': conditions[one.condition],
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
