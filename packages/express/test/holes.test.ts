import { hole } from '@cache/core';
import { createFragments } from '@cache/core/fragments';
import { cacheResponse, type ResponsePolicy } from '@cache/express';
import compression from 'compression';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

type Visit = Request & { user?: { name: string }; session?: { visits: number } };

/** What authentication, sessions and a habit of many applications leave above the cache. */
const visit: RequestHandler = (request, response, next) => {
  const name = request.get('cookie');
  if (name !== undefined) Object.assign(request, { user: { name }, session: { visits: 1 }, cookies: { name } });
  Object.assign(response.locals, { user: name, currentUser: name, title: 'Front' });
  next();
};

const pages: ResponsePolicy<Visit> = {
  maxAge: '5m',
  holes: {
    greeting: ({ context }) => `Hello, ${context.user?.name ?? 'stranger'}!`,
    visits: async ({ context }) => {
      await Promise.resolve();
      return String(context.session?.visits ?? 0);
    },
  },
};

describe.each(expressVersions)('a page with holes on $version', ({ express }) => {
  it('is filled from what middleware above the cache knows, and its handler knows nobody', async () => {
    const { cache } = testCache();
    let runs = 0;
    const app = express().use(visit);
    app.get('/', cacheResponse(cache, pages), (request, response) => {
      runs += 1;
      const { user, session } = request as Visit;
      const cookies: unknown = request.cookies;
      const known = [user, session, cookies, response.locals['user'], response.locals['currentUser']];
      const found = known.filter((one) => one !== undefined && JSON.stringify(one) !== '{}');
      response.send(`${response.locals['title']} ${hole('greeting')} ${hole('visits')} ${JSON.stringify(found)}`);
    });
    const site = await startSite(app);
    for (const cookie of ['ann', 'bob', 'ann']) {
      const { text } = await site.get('/', { headers: { cookie } });
      expect(text).toBe(`Front Hello, ${cookie}! 1 []`);
    }
    expect([(await site.get('/')).text, runs]).toEqual(['Front Hello, stranger! 0 []', 1]);
  });

  it('is compressed above the cache, filled', async () => {
    const { cache } = testCache();
    const app = express().use(visit, compression({ threshold: 0 }));
    app.get('/', cacheResponse(cache, pages), (_request, response) => {
      response.type('html').send(hole('greeting').padEnd(2_000));
    });
    const site = await startSite(app);
    for (const cookie of ['ann', 'bob']) {
      const answer = await site.get('/', { headers: { cookie, 'accept-encoding': 'gzip' } });
      expect(answer.header('content-encoding')).toBe('gzip');
      expect(gunzipSync(answer.body).toString()).toMatch(new RegExp(`^Hello, ${cookie}!`));
    }
  });

  it('is left alone by a compressor below the cache, past the cache too', async () => {
    const { cache } = testCache();
    const app = express().use(visit);
    app.use(cacheResponse(cache, pages), compression({ threshold: 0 }), (_request, response) => {
      response.type('html').send(hole('greeting'));
    });
    const site = await startSite(app);
    for (const headers of [{}, { authorization: 'x' }]) {
      const answer = await site.get('/', { headers: { cookie: 'ann', 'accept-encoding': 'gzip', ...headers } });
      expect([answer.header('content-encoding'), answer.text]).toEqual([undefined, 'Hello, ann!']);
    }
  });

  it('fails through the error handler of the app, on a hit as on a miss', async () => {
    const { cache } = testCache();
    const policy: ResponsePolicy<Request> = {
      holes: {
        greeting: ({ header }) => {
          if (header('cookie') === 'bob') throw new Error('no greeting');
          return 'Hello';
        },
      },
    };
    const explain: ErrorRequestHandler = (error: Error, _request, response, _next) => {
      response.status(503).send(`sorry: ${error.message}`);
    };
    const app = express();
    app.get('/', cacheResponse(cache, policy), (_request, response) => {
      response.set('X-Page', '1').send(hole('greeting'));
    });
    app.use(explain);
    const site = await startSite(app);
    const failed = await site.get('/', { headers: { cookie: 'bob' } });
    expect([failed.status, failed.text, failed.header('x-page')]).toEqual([503, 'sorry: no greeting', undefined]);
    expect((await site.get('/', { headers: { cookie: 'ann' } })).cacheStatus).toMatch(/^hit/);
    expect((await site.get('/', { headers: { cookie: 'bob' } })).text).toBe('sorry: no greeting');
  });

  it('leaves the holes of fragments in views to the policy', async () => {
    const { cache } = testCache();
    const fragments = createFragments(cache);
    let runs = 0;
    const app = express().use(visit);
    app.get('/', cacheResponse(cache, pages), async (_request, response) => {
      const header = (): string =>
        fragments.block({ name: 'header' }, () => `${(runs += 1)} ${fragments.hole('greeting')}`);
      response.send(await fragments.page(header));
    });
    const site = await startSite(app);
    for (const cookie of ['ann', 'bob']) {
      expect((await site.get('/', { headers: { cookie } })).text).toBe(`1 Hello, ${cookie}!`);
    }
  });
});
