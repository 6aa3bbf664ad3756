import { type Cache, createCache } from '@cache/core';
import { CacheEvict, Cached, CacheModule, CachePut, CacheResponse, cacheToken } from '@cache/nestjs';
import { Controller, Get, Inject, Injectable, type ModuleMetadata, Param, Put, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startApp } from './support/app.ts';
import { platforms } from './support/platforms.ts';

interface City {
  readonly id: number;
  readonly name: string;
}

@Injectable()
class Cities {
  runs = 0;
  readonly names = new Map([[5, 'Lisbon']]);

  @Cached({ key: (id: number) => ['city', id], ttl: '10m', tags: (id) => [`city:${id}`] })
  async find(id: number): Promise<City | null> {
    this.runs += 1;
    const name = this.names.get(id);
    return name === undefined ? null : { id, name };
  }

  @Cached({ cache: 'lists' })
  async list(filter: { readonly starts: string }): Promise<string[]> {
    this.runs += 1;
    return [...this.names.values()].filter((name) => name.startsWith(filter.starts));
  }

  @CachePut({ key: (city: City) => ['city', city.id] })
  async save(city: City): Promise<City> {
    this.names.set(city.id, city.name);
    return city;
  }

  @CacheEvict({ key: (id: number) => ['city', id], tags: ['cities'] })
  async remove(id: number): Promise<void> {
    this.names.delete(id);
  }
}

describe('methods of providers', () => {
  async function make(metadata: ModuleMetadata) {
    const caches = { default: {}, lists: {} };
    const module = await Test.createTestingModule({
      ...metadata,
      imports: [CacheModule.forRoot({ caches })],
    }).compile();
    onTestFinished(() => module.close());
    return module;
  }

  it('are cached, put and evicted by keys made of their arguments', async () => {
    const module = await make({ providers: [Cities] });
    const cities = module.get(Cities);

    expect([await cities.find(5), await cities.find(5), await cities.find(6), await cities.find(6)]).toEqual([
      { id: 5, name: 'Lisbon' },
      { id: 5, name: 'Lisbon' },
      null,
      null,
    ]);
    expect(cities.runs).toBe(2);

    await cities.save({ id: 5, name: 'Porto' });
    expect([await cities.find(5), cities.runs]).toEqual([{ id: 5, name: 'Porto' }, 2]);

    await cities.remove(5);
    expect([await cities.find(5), cities.runs]).toEqual([null, 3]);

    await module.get<Cache>(cacheToken()).invalidateTags(['city:5']);
    await cities.find(5);
    expect(cities.runs).toBe(4);
  });

  it('use the cache that is named, and keys of their own', async () => {
    const module = await make({ providers: [Cities] });
    const cities = module.get(Cities);

    expect([await cities.list({ starts: 'L' }), await cities.list({ starts: 'L' })]).toEqual([['Lisbon'], ['Lisbon']]);
    expect([await cities.list({ starts: 'P' }), cities.runs]).toEqual([[], 2]);
    const keys: unknown[] = [];
    for await (const key of module.get<Cache>(cacheToken('lists')).keys()) keys.push(key);
    expect(keys.length).toBe(2);
  });

  it('share one call among simultaneous ones', async () => {
    const cities = (await make({ providers: [Cities] })).get(Cities);
    await Promise.all(Array.from({ length: 10 }, () => cities.find(5)));
    expect(cities.runs).toBe(1);
  });

  it('work on subclasses and on providers made anew for each use', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class OwnCities extends Cities {}
    @Injectable()
    class User {
      readonly cities: OwnCities;
      constructor(@Inject(OwnCities) cities: OwnCities) {
        this.cities = cities;
      }
    }
    const module = await make({ providers: [OwnCities, User] });
    const { cities } = module.get(User);
    expect([await cities.find(5), await cities.find(5), cities.runs]).toEqual([
      { id: 5, name: 'Lisbon' },
      { id: 5, name: 'Lisbon' },
      1,
    ]);
  });

  it('say what is wrong with an instance that Nest did not make', async () => {
    await expect(new Cities().find(5)).rejects.toMatchObject({
      code: 'ERR_CACHE_PLACE',
      message: expect.stringContaining('@Cached() on Cities.find has no cache') as string,
    });
  });

  it('are checked when the class is declared', () => {
    const decorate = (): unknown => CacheEvict({});
    expect(() => {
      class Wrong {
        async run(): Promise<void> {}
      }
      const descriptor = Object.getOwnPropertyDescriptor(Wrong.prototype, 'run') as PropertyDescriptor;
      (decorate() as MethodDecorator)(Wrong.prototype, 'run', descriptor);
    }).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION' }) as Error);
  });
});

describe.each(platforms)('$name: methods below cached routes', (platform) => {
  it('let the page go with the value it shows', async () => {
    @Controller('cities')
    class Pages {
      readonly cities: Cities;
      constructor(@Inject(Cities) cities: Cities) {
        this.cities = cities;
      }

      @Get(':id')
      @CacheResponse()
      show(@Param('id') id: string) {
        return this.cities.find(Number(id));
      }

      @Put(':id/:name')
      rename(@Param() { id, name }: { id: string; name: string }) {
        return this.cities.save({ id: Number(id), name });
      }
    }
    const lists = createCache();
    onTestFinished(() => lists.close());
    const { get, send } = await startApp(
      platform,
      { controllers: [Pages], providers: [Cities] },
      { caches: { lists } },
    );

    await get('/cities/5');
    expect((await get('/cities/5')).cacheStatus).toMatch(/^hit/);
    await send('PUT', '/cities/5/Porto');
    const after = await get('/cities/5');
    expect([after.body, after.cacheStatus]).toEqual(['{"id":5,"name":"Porto"}', 'fwd=uri-miss; stored']);
  });
});
