import { CacheControls, CacheResponse, type ResponseControls } from '@cache/nestjs';
import { Controller, Get, Header, Headers } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { eventually, startApp } from './support/app.ts';
import { platforms } from './support/platforms.ts';

describe.each(platforms)('$name: what a method says about its response, through @CacheControls()', (platform) => {
  @Controller()
  class Pages {
    runs = 0;

    @Get('moving')
    @CacheResponse()
    moving(@CacheControls() controls: ResponseControls) {
      this.runs += 1;
      controls.addTags('moving');
      controls.limitLifetime('7s');
      return `page ${this.runs}`;
    }

    @Get('never')
    @CacheResponse()
    never(@CacheControls() controls: ResponseControls) {
      controls.neverCache();
      return `page ${(this.runs += 1)}`;
    }

    @Get('prices')
    @CacheResponse()
    @Header('Vary', 'Accept')
    prices(@CacheControls() controls: ResponseControls, @Headers('x-currency') currency: string) {
      controls.varyOn('X-Currency', 'accept');
      controls.cacheControl({ maxAge: '5s', sMaxAge: '20s' });
      return `in ${currency}`;
    }

    @Get('refreshed')
    @CacheResponse({ maxAge: '1m', staleWhileRevalidate: '1m' })
    refreshed(@CacheControls() controls: ResponseControls) {
      controls.varyOn(`X-Run-${(this.runs += 1)}`);
      controls.addTags(`run-${this.runs}`);
      return `page ${this.runs}`;
    }

    @Get('plain')
    plain(@CacheControls() controls: ResponseControls) {
      controls.neverCache();
      return 'page';
    }
  }
  const start = () => startApp(platform, { controllers: [Pages] });

  it('tags and a lifetime', async () => {
    const { cache, get } = await start();
    await get('/moving');
    expect((await get('/moving')).cacheStatus).toBe('hit; ttl=7');
    await cache.invalidateTags(['moving']);
    expect((await get('/moving')).body).toBe('page 2');
  });

  it('that nobody may store it, with a cache around and without', async () => {
    const { get } = await start();
    await get('/never');
    const second = await get('/never');
    expect([second.body, second.headers.get('cache-control')]).toEqual(['page 2', 'no-store']);
    expect((await get('/plain')).headers.get('cache-control')).toBe('no-store');
  });

  it('what it differs by, and for how long it is good', async () => {
    const { get } = await start();
    for (const currency of ['eur', 'usd', 'eur', 'usd']) {
      const answer = await get('/prices', { 'x-currency': currency });
      const { headers } = answer;
      expect([answer.body, headers.get('vary'), headers.get('cache-control')]).toEqual([
        `in ${currency}`,
        'Accept, X-Currency',
        'max-age=5, s-maxage=20',
      ]);
    }
    expect((await get('/prices', { 'x-currency': 'eur' })).cacheStatus).toBe('hit; ttl=20');
  });

  it('again in the background', async () => {
    const { cache, clock, get } = await start();
    await get('/refreshed');
    clock.advance(61_000);
    await get('/refreshed');
    const second = await eventually(
      () => get('/refreshed'),
      ({ body }) => body === 'page 2',
    );
    expect([second.body, second.headers.get('vary')]).toEqual(['page 2', 'X-Run-2']);
    await cache.invalidateTags(['run-2']);
    expect((await get('/refreshed')).body).toBe('page 3');
  });
});
