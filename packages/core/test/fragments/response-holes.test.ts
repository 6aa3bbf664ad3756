import { describe, expect, it } from 'vitest';
import { createFragments, type PageOptions } from '../../src/fragments/index.ts';
import { type Cache, hole } from '../../src/index.ts';
import { createNodeHandler, type ResponsePolicy } from '../../src/node/index.ts';
import { serve } from '../node/support/server.ts';
import { testCache } from '../support/test-cache.ts';

const POLICY: ResponsePolicy = { maxAge: '1m', holes: { name: ({ header }) => header('cookie') ?? 'nobody' } };

/** A page that is a fragment with a hole, behind a response cache; and how often page and fragment were rendered. */
async function site(cache: Cache, policy: ResponsePolicy, options: PageOptions = {}, extra = (): string => '') {
  const fragments = createFragments(cache);
  const ran: string[] = [];
  const handle = createNodeHandler(cache, policy);
  const get = await serve((request, response) => {
    const next = (error?: unknown): void => {
      if (error !== undefined) return void response.writeHead(500).end((error as { code?: string }).code);
      ran.push('page');
      fragments
        .page(() => {
          const header = fragments.block({ name: 'header' }, () => {
            ran.push('header');
            return `Hello, ${fragments.hole('name')}${extra()}!`;
          });
          return `<${header}|${header}>`;
        }, options)
        .then((html) => response.end(html), next);
    };
    handle({ request, response, url: request.url ?? '/', identified: false, next });
  });
  return { get, ran };
}

describe('a hole of a fragment in a cached response', () => {
  it('is left to the policy that names it: page and fragment are rendered once for all', async () => {
    const { ran, get } = await site(testCache().cache, POLICY);
    const texts: string[] = [];
    for (const cookie of ['ann', 'bob', 'ann']) texts.push((await get('/', { cookie })).text);
    expect(texts).toEqual(['ann', 'bob', 'ann'].map((name) => `<Hello, ${name}!|Hello, ${name}!>`));
    expect(ran).toEqual(['page', 'header']);
    expect([(await get('/?2', { cookie: 'cid' })).text, ran.length]).toEqual(['<Hello, cid!|Hello, cid!>', 3]);
  });

  it('is left to it also where the page could fill it, and past the cache', async () => {
    const { ran, get } = await site(testCache().cache, POLICY, { holes: { name: () => 'page' } });
    for (const cookie of ['ann', 'bob']) expect((await get('/', { cookie })).text).toContain(cookie);
    expect(ran.filter((one) => one === 'page')).toHaveLength(1);
    expect((await get('/', { cookie: 'ann', authorization: 'x' })).text).toBe('<Hello, ann!|Hello, ann!>');
  });

  it('is filled by the page if the policy does not name it, and then nothing is stored', async () => {
    const policy: ResponsePolicy = { ...POLICY, holes: { ...POLICY.holes, other: () => '' } };
    const fragments = createFragments(testCache().cache);
    const handle = createNodeHandler(testCache().cache, policy);
    const get = await serve((request, response) => {
      const render = (): string => `${fragments.hole('name')} ${fragments.hole('page')}`;
      const next = (): void => {
        void fragments.page(render, { holes: { page: () => 'page' } }).then((html) => response.end(html));
      };
      handle({ request, response, url: '/', identified: false, next });
    });
    for (const cookie of ['ann', 'bob']) {
      const { text, headers } = await get('/', { cookie });
      expect([text, headers['cache-status']]).toEqual([`${cookie} page`, 'cache; fwd=uri-miss; detail=lifetime']);
    }
  });

  it('cannot be one of the response itself, whose mark would be kept with the fragment', async () => {
    const { get } = await site(testCache().cache, POLICY, {}, () => hole('name'));
    expect(await get('/')).toMatchObject({ status: 500, text: 'ERR_CACHE_PLACE' });
  });
});
