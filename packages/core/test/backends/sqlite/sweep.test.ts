import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createCache } from '../../../src/index.ts';
import { deferred } from '../../support/deferred.ts';
import { cleanUpAfterEach, world } from './support/use-directory.ts';

cleanUpAfterEach();

describe.each([1, 3])('what was invalidated, in %i shards', (shards) => {
  it.each(['expire', 'cull'] as const)('takes room until %s(), which leaves the rest', async (method) => {
    const backend = world().backend({ shards, fileAbove: 500 });
    const cache = createCache({ backend, ttl: 'forever' });
    const other = createCache({ backend, name: 'other', ttl: 'forever' });
    for (let index = 0; index < 450; index += 1)
      await cache.set(['city', index], index, { tags: [`city:${index % 3}`] });
    await cache.set('in a file', 'x'.repeat(1_000), { tags: ['a', 'city:1'] });
    await cache.setStream('stream', Readable.from([Buffer.alloc(1_000)]), { tags: ['city:1', 'ü'] });
    await cache.set('many tags', 1, { tags: [...Array.from({ length: 100 }, (_, tag) => `tag ${tag}`), 'city:1'] });
    await other.set('other', 1, { tags: ['city:1'] });
    await cache.invalidateTags(['city:1']);
    await cache.set(['city', 1], 'again', { tags: ['city:1'] });
    expect(backend.stats()).toMatchObject({ entries: 454, files: 3 });
    expect(await backend[method]()).toBe(152);
    expect(await backend[method]()).toBe(0);
    expect(backend.stats()).toMatchObject({ entries: 302, files: 0 });
    expect(await backend.check()).toEqual([]);
    expect(await cache.get(['city', 1])).toBe('again');
    expect(await cache.get(['city', 2])).toBe(2);
    expect(await other.get('other')).toBe(1);
  });

  it('goes with its namespace, and with what is inside that', async () => {
    const backend = world().backend({ shards });
    const cache = createCache({ backend, ttl: 'forever' });
    const a = cache.namespace('a');
    const spaces = [cache, a, a.namespace('b'), cache.namespace('ab'), cache.namespace('a"'), cache.namespace('b')];
    for (const space of spaces) await space.set('key\0', 1);
    await a.clear();
    expect(await backend.expire()).toBe(2);
    expect(await Promise.all(spaces.map((space) => space.get('key\0')))).toEqual([1, undefined, undefined, 1, 1, 1]);
  });

  it('goes when the log was lost', async () => {
    const here = world();
    const cache = createCache({ backend: here.backend({ shards }), ttl: 'forever' });
    await cache.set('key', 1);
    const backend = here.backend({ shards });
    expect(await backend.expire()).toBe(0);
    for (const name of readdirSync(here.directory)) if (name.startsWith('log-')) rmSync(join(here.directory, name));
    expect(await here.backend({ shards }).expire()).toBe(1);
  });
});

it('does not let in a load that began before the value that was swept', async () => {
  const here = world();
  const [loader, writer] = [here.backend(), here.backend()];
  const load = deferred<string>();
  const loading = createCache({ backend: loader }).getOrSet('key', () => load.promise);
  const cache = createCache({ backend: writer });
  await cache.set('key', 'newer', { tags: ['tag'] });
  await cache.invalidateTags(['tag']);
  expect(await writer.expire()).toBe(1);
  load.resolve('older');
  expect(await loading).toBe('older');
  expect(await cache.get('key')).toBeUndefined();
});
