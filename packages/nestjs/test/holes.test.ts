import { hole } from '@cache/core';
import { CacheResponse, type HoleRequest } from '@cache/nestjs';
import { type CanActivate, Controller, type ExecutionContext, Get, Req, UseGuards } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { startApp } from './support/app.ts';
import { platforms } from './support/platforms.ts';

interface Visit {
  readonly headers: Record<string, string | undefined>;
  user?: { name: string };
}

class Visitors implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Visit>();
    const name = request.headers['cookie'];
    if (name !== undefined) request.user = { name };
    return true;
  }
}

describe.each(platforms)('$name: a page with holes', (platform) => {
  it('is filled from what guards know, its handler knows nobody, and it fails as Nest fails', async () => {
    let runs = 0;

    @Controller()
    @UseGuards(Visitors)
    class Pages {
      @Get()
      @CacheResponse({
        maxAge: '5m',
        holes: {
          greeting: async ({ context }: HoleRequest<Visit>) => {
            await Promise.resolve();
            if (context.user?.name === 'eve') throw new Error('no greeting');
            return `Hello, ${context.user?.name} (${context.headers['cookie']})!`;
          },
        },
      })
      front(@Req() request: Visit) {
        runs += 1;
        return `${hole('greeting')} ${String(request.user?.name)} ${request.headers['cookie']}`;
      }
    }

    const { get } = await startApp(platform, { controllers: [Pages] });
    const explained = [500, expect.objectContaining({ statusCode: 500 })];
    const first = await get('/', { cookie: 'eve' });
    expect([first.status, JSON.parse(first.body)]).toEqual(explained);
    for (const cookie of ['ann', 'bob', 'ann']) {
      const { body, headers } = await get('/', { cookie });
      expect(body).toBe(`Hello, ${cookie} (${cookie})! undefined undefined`);
      expect(headers.get('cache-control')).toBe('private, no-cache');
    }
    expect(runs).toBe(1);
    const failed = await get('/', { cookie: 'eve' });
    expect([failed.status, JSON.parse(failed.body)]).toEqual(explained);
  });
});
