import { describe, expect, it } from 'vitest';
import { createEntry } from '../../src/entry.ts';
import type { Backend } from '../../src/index.ts';
import { asyncBackend, faultyBackend, recordingBackend } from '../support/backends.ts';
import { headerOf } from '../../src/http/headers.ts';
import { type Page, Site, standardSite } from './support/site.ts';
import { stored } from './support/stored.ts';

const MINUTE = ['Cache-Control', 'max-age=60'];
const BACKENDS: Record<string, () => Backend | undefined> = {
  'at once': () => undefined,
  'in turns': () => asyncBackend(),
};
const RULE = 'params=("x")';

for (const [how, make] of Object.entries(BACKENDS)) {
  const site = (handler: Site['handler'], policy: object = {}): Site => {
    const backend = make();
    return standardSite(handler, policy, backend === undefined ? {} : { backend });
  };

  describe(`the responses of a URL in a backend that answers ${how}`, () => {
    const varying = (_seen: unknown, run: number): Page => ({
      headers: [...MINUTE, 'Vary', 'X-A'],
      body: `page ${run}`,
    });

    it('are one for each value of the fields that they differ by', async () => {
      const one = site(varying);
      for (const value of ['1', '2', '']) await one.get({ 'x-a': value });
      await one.get();
      const bodies = await Promise.all(['1', '2', ''].map(async (value) => (await one.get({ 'x-a': value })).body));
      expect(bodies).toEqual(['page 1', 'page 2', 'page 3']);
      expect((await one.get()).body).toBe('page 4');
      expect((await one.get({ 'x-a': '3' })).said).toBe('fwd=vary-miss; stored');
    });

    it('are as many as there may be, and the oldest goes', async () => {
      const one = site(varying, { maxVariants: 2 });
      for (const value of ['1', '2', '3']) await one.get({ 'x-a': value });
      const kinds = await Promise.all(['3', '2', '1'].map(async (value) => (await one.get({ 'x-a': value })).kind));
      expect(kinds).toEqual(['hit', 'hit', 'miss']);
    });

    it('differ by more fields once one of them says so', async () => {
      const one = site((_seen, run) => ({
        headers: [...MINUTE, 'Vary', run === 2 ? 'X-B' : 'X-A'],
        body: `page ${run}`,
      }));
      await one.get({ 'x-a': '1', 'x-b': '1' });
      await one.get({ 'x-a': '2', 'x-b': '1' });
      expect((await one.get({ 'x-a': '2', 'x-b': '1' })).kind).toBe('hit');
      expect((await one.get({ 'x-a': '2', 'x-b': '2' })).kind).toBe('miss');
      expect((await one.get({ 'x-a': '3', 'x-b': '1' })).kind).toBe('miss');
    });

    it('are found by the language that a client likes best', async () => {
      const german = site(() => ({
        headers: [...MINUTE, 'Vary', 'Accept-Language', 'Content-Language', 'de'],
        body: 'deutsch',
      }));
      await german.get({ 'accept-language': 'de, en;q=0.5' });
      expect(await german.get({ 'accept-language': 'DE' })).toMatchObject({ kind: 'hit', body: 'deutsch' });
      expect((await german.get({ 'accept-language': 'en' })).kind).toBe('miss');
    });

    it('live on as variants while the index of them lives', async () => {
      const one = site((_seen, run) => ({
        headers: ['Cache-Control', `max-age=${run === 1 ? 60 : 10}`, 'Vary', 'X-A'],
        body: `page ${run}`,
      }));
      await one.get({ 'x-a': '1' });
      await one.get({ 'x-a': '2' });
      one.clock.advance(30_000);
      expect(await one.get({ 'x-a': '1' })).toMatchObject({ kind: 'hit', body: 'page 1' });
    });
  });

  describe(`No-Vary-Search in a backend that answers ${how}`, () => {
    const ruled = ({ url }: { url: string }, run: number): Page => ({
      headers: url.startsWith('/a') ? [...MINUTE, 'No-Vary-Search', RULE] : MINUTE,
      body: `page ${run}`,
    });

    it('gives one response to all queries that it calls the same', async () => {
      const one = site(ruled);
      await one.get({}, { url: '/a?x=1&y=1' });
      for (const url of ['/a?x=2&y=1', '/a?y=1', '/a?y=1&x']) {
        expect(await one.get({}, { url })).toMatchObject({ kind: 'hit', body: 'page 1' });
      }
      expect((await one.get({}, { url: '/a?x=1&y=2' })).kind).toBe('miss');
      expect((await one.get({}, { url: '/b?x=1&y=1' })).kind).toBe('miss');
      expect((await one.get({}, { url: '/b?x=2&y=1' })).kind).toBe('miss');
    });

    it('gives no response that did not say so itself, although another one of its path did', async () => {
      const one = site(({ url }, run) => ({
        headers: url.includes('z') ? MINUTE : [...MINUTE, 'No-Vary-Search', RULE],
        body: `page ${run}`,
      }));
      await one.get({}, { url: '/a?x=1' });
      await one.get({}, { url: '/a?z=1' });
      expect(await one.get({}, { url: '/a?z=1&x=1' })).toMatchObject({ kind: 'miss', body: 'page 3' });
      expect((await one.get({}, { url: '/a?z=1' })).body).toBe('page 2');
      expect((await one.get({}, { url: '/a?z=1&x=1' })).body).toBe('page 3');
    });

    it('gives no response that says something else', async () => {
      const one = site(({ url }, run) => ({
        headers: [...MINUTE, 'No-Vary-Search', url.includes('z') ? 'params=("z")' : RULE],
        body: `page ${run}`,
      }));
      await one.get({}, { url: '/a?z=1&x=1' });
      await one.get({}, { url: '/a?y=1' });
      expect((await one.get({}, { url: '/a?x=1&w=1' })).kind).toBe('miss');
      expect((await one.get({}, { url: '/a?x=2&z=9' })).kind).toBe('miss');
    });

    it('keeps a response that says it no more for its own query only', async () => {
      const one = site((_seen, run) => ({
        headers: run === 1 ? [...MINUTE, 'No-Vary-Search', RULE] : MINUTE,
        body: `page ${run}`,
      }));
      await one.get({}, { url: '/a?x=1&y=1' });
      one.clock.advance(59_999);
      await one.get({ 'cache-control': 'no-cache' }, { url: '/a?x=2&y=1' });
      expect((await one.get({}, { url: '/a?x=2&y=1' })).body).toBe('page 2');
      expect((await one.get({}, { url: '/a?y=1' })).body).toBe('page 1');
    });

    it('goes together with fields that the response differs by', async () => {
      const one = site((_seen, run) => ({
        headers: [...MINUTE, 'Vary', 'X-A', 'No-Vary-Search', RULE],
        body: `page ${run}`,
      }));
      await one.get({ 'x-a': '1' }, { url: '/a?x=1' });
      await one.get({ 'x-a': '2' }, { url: '/a?x=2' });
      expect((await one.get({ 'x-a': '1' }, { url: '/a?x=3' })).body).toBe('page 1');
      expect((await one.get({ 'x-a': '2' }, { url: '/a?x=4' })).body).toBe('page 2');
      expect((await one.get({ 'x-a': '3' }, { url: '/a?x=4' })).kind).toBe('miss');
    });
  });

  describe(`a query policy in a backend that answers ${how}`, () => {
    it('makes one response of all queries that count the same', async () => {
      const one = site((_seen, run) => ({ headers: MINUTE, body: `page ${run}` }), { query: { ignore: ['utm'] } });
      await one.get({}, { url: '/a?utm=1&y=1' });
      expect((await one.get({}, { url: '/a?y=1&utm=2' })).body).toBe('page 1');
      expect((await one.get({}, { url: '/a?y=2' })).kind).toBe('miss');
    });
  });
}

describe('the store of responses', () => {
  it('asks the backend once for a hit without variants, and never for a rule where there is no query', async () => {
    const { backend, calls } = recordingBackend();
    const one = standardSite(() => ({ headers: MINUTE }), {}, { backend });
    await one.get();
    calls.length = 0;
    await one.get();
    expect(calls.map(({ operation }) => operation)).toEqual(['get']);
    calls.length = 0;
    await one.get({}, { url: '/none' });
    expect(calls.map(({ operation }) => operation)).toEqual(['get', 'set']);
  });

  it('removes the variants that have to go', async () => {
    const { backend, calls } = recordingBackend();
    const one = standardSite(() => ({ headers: [...MINUTE, 'Vary', 'X-A'] }), { maxVariants: 1 }, { backend });
    await one.get({ 'x-a': '1' });
    await one.get({ 'x-a': '2' });
    expect(calls.filter(({ operation }) => operation === 'delete').map(({ key }) => key?.includes('"1"'))).toEqual([
      true,
    ]);
  });

  it.each(['text', { kind: 'other' }, { kind: 'response' }, { ...stored(), stale: null }])(
    'takes what is no record of its own for nothing: %j',
    async (value) => {
      const parts = { value, tags: [], position: 0, limitAt: Infinity, copyOnRead: false };
      const lifetime = { ttl: 60_000, staleWhileRevalidate: 0, staleIfError: 0 };
      const entry = createEntry(parts, lifetime, Date.UTC(2026, 0, 1));
      const one = standardSite(() => ({ body: 'page' }), {}, { backend: faultyBackend({ get: () => entry }) });
      expect(await one.get()).toMatchObject({ kind: 'miss', body: 'page' });
    },
  );

  it('keeps the language of a variant, and nothing of it that is not the response', async () => {
    const one = standardSite(() => ({ headers: [...MINUTE, 'Content-Language', 'DE', 'Vary', 'Accept-Language'] }));
    await one.get({ 'accept-language': 'de' });
    const hit = await one.get({ 'accept-language': 'de;q=0.3' });
    expect([hit.kind, headerOf(hit.headers, 'content-language')]).toEqual(['hit', 'DE']);
  });
});
