import { type Cache, type Caches, createCache } from '@cache/core';
import { CACHES, CacheModule, cacheToken, InjectCache } from '@cache/nestjs';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import './support/platforms.ts';

@Injectable()
class Settings {
  readonly ttl = '7m';
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class Reader {
  @InjectCache('pages') readonly pages!: Cache;
  readonly cache: Cache;

  constructor(@InjectCache() cache: Cache) {
    this.cache = cache;
  }
}

@Module({ providers: [Reader] })
class ReaderModule {}

describe('the module', () => {
  it('gives every module the caches it names', async () => {
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot({ caches: { default: {}, pages: { ttl: '1h' } } }), ReaderModule],
    }).compile();
    const { cache, pages } = module.get(Reader);

    await cache.set('greeting', 'hello');
    expect([await cache.get('greeting'), await pages.get('greeting')]).toEqual(['hello', undefined]);
    expect([cache.name, pages.name]).toEqual(['default', 'pages']);
    expect(module.get<Caches<string>>(CACHES).names).toEqual(['default', 'pages']);
    await module.close();
  });

  it('makes one cache in memory of nothing', async () => {
    const module = await Test.createTestingModule({ imports: [CacheModule.forRoot()] }).compile();
    expect(module.get<Cache>(cacheToken()).name).toBe('default');
    await module.close();
  });

  it('makes caches of what a factory says', async () => {
    const module = await Test.createTestingModule({
      imports: [
        CacheModule.forRootAsync({
          names: ['default', 'pages'],
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: async ({ ttl }: Settings) => ({ caches: { default: {}, pages: { ttl: ttl as '7m' } } }),
        }),
        ReaderModule,
      ],
    }).compile();
    const { pages } = module.get(Reader);

    await pages.set('page', 1);
    expect(Math.ceil(((await pages.entry('page'))?.ttl ?? 0) / 60_000)).toBe(7);
    await module.close();
  });

  it('says which names a factory has forgotten', async () => {
    const made = Test.createTestingModule({
      imports: [CacheModule.forRootAsync({ names: ['default', 'pages'], useFactory: () => ({}) })],
    }).compile();
    await expect(made).rejects.toMatchObject({
      code: 'ERR_CACHE_OPTION',
      message: 'Option `name` is "pages"; allowed: default.',
    });
  });

  it('closes the caches it made, and no others', async () => {
    const elsewhere = createCache();
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot({ caches: { default: {}, elsewhere } })],
    }).compile();
    const own = module.get<Cache>(cacheToken());
    const load = (cache: Cache): Promise<unknown> =>
      cache.getOrSet('slow', () => new Promise<string>((resolve) => setTimeout(resolve, 20, 'done')));
    const loads = Promise.allSettled([load(own), load(elsewhere)]);

    await module.close();

    expect(await loads).toMatchObject([
      { status: 'rejected', reason: { code: 'ERR_CACHE_CLOSED' } },
      { status: 'fulfilled', value: 'done' },
    ]);
    await elsewhere.close();
  });

  it('lets a test put another cache in the place of one', async () => {
    const other = createCache();
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot({ caches: { default: {}, pages: {} } }), ReaderModule],
    })
      .overrideProvider(cacheToken('pages'))
      .useValue(other)
      .compile();

    expect(module.get(Reader).pages).toBe(other);
    await module.close();
    await other.close();
  });
});
