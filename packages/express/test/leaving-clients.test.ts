import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { cacheResponse } from '@cache/express';
import type { Response } from 'express';
import { describe, expect, it } from 'vitest';
import { expressVersions } from './support/express-versions.ts';
import { arrivals, controlledHandler } from './support/handlers.ts';
import { startSite } from './support/site.ts';
import { testCache } from './support/test-cache.ts';

describe.each(expressVersions)('clients that leave, on $version', ({ express }) => {
  /** A leader that has left, and those who waited for the same page. */
  async function abandoned(followers: number, begin?: (response: Response) => void) {
    const { cache } = testCache();
    const seen = arrivals();
    const page = controlledHandler();
    const site = await startSite(express().use(seen.middleware, cacheResponse(cache), page.handler));
    const leader = site.leave('/');
    const run = await page.run(0);
    const waiting = Array.from({ length: followers }, () => site.get('/'));
    await seen.reach(followers + 1);
    begin?.(run.response);
    const closed = once(run.response, 'close');
    leader.destroy();
    await Promise.all([closed, leader.gone]);
    return { site, page, run, waiting };
  }

  it('before the head harm none of 50 who wait: the handler goes on for them', async () => {
    const { site, page, run, waiting } = await abandoned(50);

    run.response.send('page');
    const answers = await Promise.all(waiting);

    expect(new Set(answers.map(({ text, cacheStatus }) => `${text} ${cacheStatus}`))).toEqual(
      new Set(['page fwd=uri-miss; collapsed']),
    );
    expect(page.count).toBe(1);
    expect((await site.get('/')).cacheStatus).toBe('hit; ttl=300');
  });

  it.each<[string, (response: Response) => void]>([
    ['res.json', (response) => void response.json({ a: 1 })],
    ['res.end', (response) => void response.end('{"a":1}')],
    [
      'write and end',
      (response) => void (response.write('{"a"'), response.write(Buffer.from(':1')), response.end('}')),
    ],
    ['writeHead and end', (response) => void response.writeHead(200, { 'X-A': '1' }).end('{"a":1}')],
  ])('before the head leave the page to others, whichever way it is sent (%s)', async (_way, send) => {
    const { page, run, waiting } = await abandoned(2);

    send(run.response);
    const answers = await Promise.all(waiting);

    expect(answers.map(({ text }) => text)).toEqual(['{"a":1}', '{"a":1}']);
    expect(page.count).toBe(1);
  });

  it('before the head leave no cookie to others', async () => {
    const { page, run, waiting } = await abandoned(3);

    run.response.cookie('session', 'gone').send('private');
    for (const index of [1, 2, 3]) (await page.run(index)).response.send('own');

    for (const answer of await Promise.all(waiting)) {
      expect(answer.text).toBe('own');
      expect(answer.lines('set-cookie')).toEqual([]);
    }
  });

  it('in mid-body cost 50 who wait one more run, and are not stored', async () => {
    const { site, page, run, waiting } = await abandoned(50, (response) => response.write('begin'));

    (await page.run(1)).response.send('whole');
    const answers = await Promise.all(waiting);
    run.response.end('too late');

    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['whole']));
    expect(page.count).toBe(2);
    expect((await site.get('/')).text).toBe('whole');
  });

  it('in the middle of a stream cost those who wait one more run', async () => {
    const { cache } = testCache();
    const seen = arrivals();
    const page = controlledHandler();
    const site = await startSite(express().use(seen.middleware, cacheResponse(cache), page.handler));
    const leading = site.open('/');
    const { response } = await page.run(0);
    const waiting = site.get('/');
    await seen.reach(2);
    const source = new PassThrough();
    source.pipe(response);
    source.write('begin');
    const leader = await leading;

    leader.destroy();
    const second = await page.run(1);
    source.end('end');
    second.response.send('whole');

    expect((await waiting).text).toBe('whole');
    expect((await site.get('/')).text).toBe('whole');
  });

  it('while they wait are not missed', async () => {
    const { cache } = testCache();
    const seen = arrivals();
    const page = controlledHandler();
    const site = await startSite(express().use(seen.middleware, cacheResponse(cache), page.handler));
    const leader = site.get('/');
    const { response } = await page.run(0);
    const impatient = site.leave('/');
    const patient = site.get('/');
    await seen.reach(3);

    impatient.destroy();
    await impatient.gone;
    response.send('page');

    expect([(await leader).text, (await patient).text]).toEqual(['page', 'page']);
    expect(page.count).toBe(1);
  });
});
