import { describe, expect, it } from 'vitest';
import { type OwnRedis, startRedis } from '@cache/services/redis';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { afterThisTest, bareClient, cleanUpAfterEach, ownPrefix, redisCache, type TestCache } from './support.ts';

cleanUpAfterEach();
expectNoUnhandledRejections();

const KEYS = 600;

/** A server that keeps its data, with a cache on it, and so many keys that reading them back takes it more than a second. */
async function slowToLoad(): Promise<TestCache & { readonly own: OwnRedis }> {
  // The delay is for each key, in microseconds; meanwhile the server answers `LOADING`.
  const slow = ['--key-load-delay', '2500', '--loading-process-events-interval-bytes', '1024'];
  const own = await startRedis(['--dbfilename', 'dump.rdb', '--enable-debug-command', 'local', ...slow]);
  afterThisTest(() => own.stop());
  const client = bareClient(own);
  const pipeline = client.pipeline();
  for (let index = 0; index < KEYS; index += 1) pipeline.set(`ballast ${index}`, 'x'.repeat(64));
  await pipeline.exec();
  const made = await redisCache(own.url, { prefix: ownPrefix() });
  await made.cache.set('k', 'stored');
  return { ...made, own };
}

/** Uses the cache as an application does until the server does not say any more that it is loading. */
async function useWhileLoading({ cache, own }: TestCache & { readonly own: OwnRedis }): Promise<void> {
  const client = bareClient(own, { enableReadyCheck: false });
  const isLoading = (): Promise<boolean> =>
    client.get('none').then(
      () => false,
      (error: unknown) => String(error).includes('LOADING'),
    );
  await expect.poll(isLoading, { interval: 1, timeout: 5_000 }).toBe(true);
  let rounds = 0;
  for (; await isLoading(); rounds += 1) {
    expect(await cache.getOrSet(`new ${rounds}`, () => rounds)).toBe(rounds);
    // It may just have ended.
    expect(rounds === 0 ? [undefined] : [undefined, 'stored']).toContain(await cache.get('k'));
    await cache.set('other', rounds);
    await cache.delete('other');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(rounds).toBeGreaterThan(0);
}

/** Writes and reads until that works again. */
async function becomesUsable({ cache }: TestCache): Promise<boolean> {
  const writeAndRead = async (): Promise<unknown> => {
    await cache.set('after', 'loading');
    return cache.get('after');
  };
  await expect.poll(writeAndRead, { interval: 50, timeout: 5_000 }).toBe('loading');
  return true;
}

describe('a server that is loading its data', () => {
  it('after a start, fails no call, and is used when it has', async () => {
    const made = await slowToLoad();
    await bareClient(made.own).save();
    await made.own.server.kill();
    await made.own.restart();
    await useWhileLoading(made);
    expect(await becomesUsable(made)).toBe(true);
  }, 30_000);

  it('on connections that stay open, fails no call, and forgets nothing that it was not asked to', async () => {
    const made = await slowToLoad();
    const reloading = bareClient(made.own).call('DEBUG', 'RELOAD');
    await useWhileLoading(made);
    await reloading;
    await becomesUsable(made);
    expect(await made.cache.get('k')).toBe('stored');
    expect(made.errors.map(({ error }) => String(error)).join()).toContain('LOADING');
  }, 30_000);
});
