import { describe, expect, it } from 'vitest';
import { createCache } from '../../src/index.ts';
import { settings, type SettingsSource } from '../../src/strategies/index.ts';
import { SharedMemory } from '../backends/shared-memory.ts';
import { failureOf, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';

expectNoUnhandledRejections();

const defaults = { theme: 'light' as 'light' | 'dark', pageSize: 20, motto: null as string | null };

type Site = typeof defaults;

function table(rows: Partial<Site> = {}) {
  const kept: Partial<Site> = rows;
  const faults = { load: undefined as Error | undefined, save: undefined as Error | undefined };
  const source: SettingsSource<Site> = {
    async load() {
      if (faults.load !== undefined) throw faults.load;
      return { ...kept };
    },
    async save(name, value) {
      kept[name] = value;
      if (faults.save !== undefined) throw faults.save;
    },
    remove: (name) => delete kept[name],
  };
  return { kept, source, faults };
}

describe('settings', () => {
  it('are what is saved, else the defaults, at once', async () => {
    const { cache } = testCache();
    const { source } = table({ theme: 'dark', motto: null, gone: 1 } as Partial<Site>);
    const site = await settings(cache, source, { key: 'site', defaults });
    expect(site.current).toEqual({ theme: 'dark', pageSize: 20, motto: null });
    expect([site.get('theme'), site.get('pageSize'), site.get('motto')]).toEqual(['dark', 20, null]);
  });

  it('count when `set` and `reset` resolve, and are saved', async () => {
    const { cache } = testCache();
    const { source, kept } = table();
    const site = await settings(cache, source, { key: 'site', defaults });
    await site.set('theme', 'dark');
    await site.set('motto', 'Semper');
    expect(site.current).toEqual({ theme: 'dark', pageSize: 20, motto: 'Semper' });
    expect(kept).toEqual({ theme: 'dark', motto: 'Semper' });
    await site.reset('theme');
    expect([site.get('theme'), kept]).toEqual(['light', { motto: 'Semper' }]);
  });

  it('count on the other nodes as well', async () => {
    const server = new SharedMemory();
    const { source } = table();
    const sites = await Promise.all(
      [1, 2].map(() => settings(createCache({ backend: server.client() }), source, { key: 'site', defaults })),
    );
    await sites[0]?.set('pageSize', 50);
    for (let turn = 0; turn < 6; turn += 1) await flush();
    expect(sites.map((site) => site.get('pageSize'))).toEqual([50, 50]);
  });

  it('are refreshed when somebody else has changed them', async () => {
    const { cache } = testCache();
    const { source, kept } = table();
    const site = await settings(cache, source, { key: 'site', defaults });
    kept.pageSize = 10;
    await site.refresh();
    expect(site.get('pageSize')).toBe(10);
  });

  it('tell that the source failed, and are what it has then', async () => {
    const { cache } = testCache();
    const { source, faults } = table();
    const site = await settings(cache, source, { key: 'site', defaults });
    faults.save = new Error('timed out');
    expect(await failureOf(site.set('pageSize', 50))).toBe(faults.save);
    expect(site.get('pageSize')).toBe(50);
  });

  it('are what was saved where they cannot be read again', async () => {
    const { cache } = testCache();
    const errors = recordEvents(cache, 'error');
    const { source, faults } = table();
    const site = await settings(cache, source, { key: 'site', defaults });
    faults.load = new Error('away');
    await site.set('pageSize', 50);
    expect(site.current).toEqual({ ...defaults, pageSize: 50 });
    expect(errors).toContainEqual(
      expect.objectContaining({ event: expect.objectContaining({ operation: 'settings' }) as object }),
    );
    faults.save = new Error('away');
    expect(await failureOf(site.set('pageSize', 70))).toBe(faults.save);
    expect(site.get('pageSize')).toBe(50);
  });

  it('are a part of what is made with them', async () => {
    const { cache } = testCache();
    const { source } = table();
    const site = await settings(cache, source, { key: 'site', defaults, tags: ['site'] });
    const page = () => cache.getOrSet('page', () => `${site.get('pageSize')} rows`);
    expect(await page()).toBe('20 rows');
    await site.set('pageSize', 50);
    expect(await page()).toBe('50 rows');
  });

  it('know the defaults of this version, whatever another one has cached', async () => {
    const server = new SharedMemory();
    const { source } = table({ theme: 'dark' });
    const [older, newer] = [1, 2].map(() => createCache({ backend: server.client() }));
    if (older === undefined || newer === undefined) throw new Error('Two were made.');
    await settings(older, source as SettingsSource<{ theme: string }>, { key: 'site', defaults: { theme: 'light' } });
    const site = await settings(newer, source, { key: 'site', defaults });
    expect(site.current).toEqual({ ...defaults, theme: 'dark' });
  });

  it('refuses names that there are not, and sources that cannot', async () => {
    const { cache } = testCache();
    const { source } = table();
    const site = await settings(cache, source, { key: 'site', defaults });
    const unknown = 'colour' as 'theme';
    expect(() => site.get(unknown)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', option: 'name' }) as Error,
    );
    await expect(site.set(unknown, 'dark')).rejects.toMatchObject({ option: 'name' });
    await expect(site.set('theme', undefined as unknown as 'dark')).rejects.toMatchObject({ option: 'value' });
    await expect(site.reset(unknown)).rejects.toMatchObject({ option: 'name' });
    const { load, save } = source;
    const kept = await settings(cache, { load, save }, { key: 'other', defaults });
    await expect(kept.reset('theme')).rejects.toMatchObject({ option: 'remove' });
    const make = (given: object, options: object) =>
      settings(cache, given as SettingsSource<Site>, options as { key: string; defaults: Site });
    await expect(make(undefined as unknown as object, { key: 'site', defaults })).rejects.toMatchObject({
      option: 'source',
    });
    await expect(make({ load }, { key: 'site', defaults })).rejects.toMatchObject({ option: 'source' });
    await expect(make({ load, save: 1 }, { key: 'site', defaults })).rejects.toMatchObject({ option: 'save' });
    await expect(make(source, { defaults })).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    await expect(make(source, { key: 'site' })).rejects.toMatchObject({ option: 'defaults' });
    await expect(make(source, { key: 'site', defaults, name: 'x' })).rejects.toMatchObject({ option: 'name' });
    site.close();
    kept.close();
  });
});
