import { randomUUID } from 'node:crypto';
import { redisServer } from '@cache/services/redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { redis } from '../../src/backends/redis/index.ts';
import { type Cache, createCache, hole } from '../../src/index.ts';
import { createNodeHandler, type ResponsePolicy } from '../../src/node/index.ts';
import { serve } from './support/server.ts';

describe('pages with holes in Redis', () => {
  let server: Awaited<ReturnType<typeof redisServer>>;

  beforeAll(async () => {
    server = await redisServer();
  }, 200_000);

  afterAll(() => server.stop());

  /** A process: its own cache on the same Redis, its own way to greet. */
  async function site(prefix: string, greet: (name: string) => string) {
    const cache: Cache = createCache({ backend: redis(server.url, { prefix, timeout: '5s' }) });
    onTestFinished(() => cache.close());
    const policy: ResponsePolicy = {
      maxAge: '1m',
      holes: {
        name: async ({ header }) => {
          // In no order.
          await new Promise((resolve) => setImmediate(resolve));
          return greet(header('cookie') ?? 'nobody');
        },
      },
    };
    const handle = createNodeHandler(cache, policy);
    let runs = 0;
    const get = await serve((request, response) => {
      const next = (): void => {
        runs += 1;
        response.end(`${'ä'.repeat(runs)}<${hole('name')}|${hole('name')}>`);
      };
      handle({ request, response, url: request.url ?? '/', identified: false, next });
    });
    // One site, whatever port each process listens on.
    return { get: (cookie: string) => get('/', { cookie, host: 'a.example' }), runs: () => runs };
  }

  it('are made by one process, and filled by each for its own visitors', async () => {
    const prefix = `t${randomUUID()}`;
    const [one, two] = [await site(prefix, (name) => name), await site(prefix, (name) => name.toUpperCase())];
    expect((await one.get('ann')).text).toBe('ä<ann|ann>');
    // Its answer does not wait until Redis has the page.
    await vi.waitUntil(async () => String((await one.get('ann')).headers['cache-status']).includes('; hit;'));
    const names = Array.from({ length: 40 }, (_, index) => `visitor${index}`);
    const answers = await Promise.all(names.map((cookie, index) => (index % 2 === 0 ? one : two).get(cookie)));
    expect(answers.map(({ text }) => text)).toEqual(
      names.map(
        (name, index) =>
          `ä<${index % 2 === 0 ? name : name.toUpperCase()}|${index % 2 === 0 ? name : name.toUpperCase()}>`,
      ),
    );
    expect(new Set(answers.map(({ headers }) => headers['cache-control']))).toEqual(new Set(['private, no-cache']));
    expect([one.runs(), two.runs()]).toEqual([1, 0]);
  });
});
