import { describe, expect, it } from 'vitest';
import { asyncBackend, faultyBackend } from '../support/backends.ts';
import { testCache } from '../support/test-cache.ts';

describe('a lock', () => {
  it('has one owner at a time', async () => {
    const { cache } = testCache({ backend: asyncBackend() });
    const lock = await cache.lock('job');
    await expect(cache.lock('job', { wait: 0 })).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
    expect(await lock.release()).toBe(true);
    expect(await (await cache.lock('job', { wait: 0 })).release()).toBe(true);
  });

  it('whose owner died runs out, and can then no longer be released or extended by it', async () => {
    const { cache, clock } = testCache();
    const dead = await cache.lock('job', { ttl: '1m' });
    clock.advance(60_000);
    const next = await cache.lock('job', { wait: 0 });
    expect(await dead.extend()).toBe(false);
    expect(await dead.release()).toBe(false);
    expect(await next.release()).toBe(true);
  });

  it('is held longer when it is extended', async () => {
    const { cache, clock } = testCache();
    const lock = await cache.lock('job', { ttl: '1m' });
    clock.advance(50_000);
    expect(await lock.extend('2m')).toBe(true);
    clock.advance(100_000);
    await expect(cache.lock('job', { wait: 0 })).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
  });

  it('goes to somebody who waits when it is released', async () => {
    const { cache, clock } = testCache();
    const first = await cache.lock('job');
    const second = cache.lock('job', { wait: '1m' });
    await first.release();
    clock.advance(100);
    expect(await (await second).release()).toBe(true);
  });

  it('is not waited for any longer than allowed, or after an abort', async () => {
    const { cache, clock } = testCache();
    await cache.lock('job');
    const late = cache.lock('job', { wait: '1s' });
    const controller = new AbortController();
    const left = cache.lock('job', { wait: '1h', signal: controller.signal });
    const results = Promise.allSettled([late, left]);
    await expect
      .poll(
        () => {
          clock.advance(100);
          return clock.now();
        },
        { interval: 5, timeout: 30_000 },
      )
      .toBeGreaterThan(Date.UTC(2026, 0, 1) + 2_000);
    controller.abort(new Error('left'));
    expect(await results).toMatchObject([{ reason: { code: 'ERR_CACHE_LOCKED' } }, { reason: { message: 'left' } }]);
  });

  it('is no value of the cache, and a backend that is down gives none', async () => {
    const { cache } = testCache();
    await cache.lock('job');
    expect(await cache.has('job')).toBe(false);
    const broken = testCache({ backend: faultyBackend({ get: () => Promise.reject(new Error('down')) }) });
    await expect(broken.cache.lock('job')).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  });

  it('makes a barrier run its function once at a time, and is released when that fails', async () => {
    const { cache } = testCache();
    await expect(cache.barrier('job', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await cache.barrier('job', () => 1, { wait: 0 })).toBe(1);
    await expect(cache.barrier('job', () => cache.lock('job', { wait: 0 }))).rejects.toMatchObject({
      code: 'ERR_CACHE_LOCKED',
    });
  });

  it('names a wrong option', async () => {
    const { cache } = testCache();
    await expect(cache.lock('a', { ttl: 0 })).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'ttl' });
  });
});

describe('a throttle', () => {
  it('lets the limit through in a period, and as much again a period later', async () => {
    const { cache, clock } = testCache();
    const pass = () => cache.throttle('mail', { limit: 3, per: '1m' });
    for (let call = 0; call < 3; call += 1) await pass();
    await expect(pass()).rejects.toMatchObject({ code: 'ERR_CACHE_LIMIT' });
    clock.advance(20_000);
    await pass();
    await expect(pass()).rejects.toMatchObject({ code: 'ERR_CACHE_LIMIT' });
    clock.advance(600_000);
    for (let call = 0; call < 3; call += 1) await pass();
    await expect(pass()).rejects.toMatchObject({ code: 'ERR_CACHE_LIMIT' });
  });

  it('counts each name for itself, and all who share the backend together', async () => {
    const { cache } = testCache({ backend: asyncBackend() });
    const passed = await Promise.allSettled(
      Array.from({ length: 10 }, () => cache.throttle(['mail', 1], { limit: 4, per: '1h' })),
    );
    expect(passed.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    await cache.throttle(['mail', 2], { limit: 4, per: '1h' });
  });

  it('names a wrong option', async () => {
    const { cache } = testCache();
    await expect(cache.throttle('a', { limit: 0, per: '1m' })).rejects.toMatchObject({ option: 'limit' });
    await expect(cache.throttle('a', { limit: 1, per: 'forever' })).rejects.toMatchObject({ option: 'per' });
  });
});
