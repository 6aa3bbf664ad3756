import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cached, cacheEvict, cachePut, type Caches, createCaches, registerCaches } from '../../src/index.ts';
import { useCompiler } from '../support/compile.ts';
import { failureOf } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';
import type { makeCities } from './decorated-cities.ts';

const here = import.meta.dirname;
const compiler = useCompiler();

const FORMS: [form: string, options: string[]][] = [
  ['standard', []],
  ['legacy', ['--experimentalDecorators']],
];

describe.each(FORMS)('%s decorators', (_, options) => {
  let make: typeof makeCities;
  beforeAll(async () => {
    const file = join(here, 'decorated-cities.ts');
    ({ makeCities: make } = await compiler.load<{ makeCities: typeof makeCities }>(file, ...options));
  });

  function cities() {
    const { cache } = testCache();
    const Cities = make({ cache, cached, cachePut, cacheEvict });
    const rows = new Map([[5, { id: 5, name: 'Berlin' }]]);
    return { cache, Cities, rows, repository: new Cities(rows) };
  }

  it('cache, put and evict', async () => {
    const { cache, repository } = cities();
    expect([await repository.find(5), await repository.find(5)]).toEqual(Array(2).fill({ id: 5, name: 'Berlin' }));
    await repository.save({ id: 5, name: 'Bonn' });
    expect(await repository.find(5)).toEqual({ id: 5, name: 'Bonn' });
    expect(repository.calls).toEqual(['find 5']);
    await repository.remove(5);
    expect(await repository.find(5)).toBeNull();
    await cache.invalidateTags(['city:5']);
    await repository.find(5);
    expect(repository.calls).toEqual(['find 5', 'find 5', 'find 5']);
  });

  it('make keys of class, method and arguments', async () => {
    const { cache, repository, Cities, rows } = cities();
    await repository.search('B');
    await repository.search('B', undefined);
    await repository.search('B', 1);
    expect(repository.calls).toEqual(['search B 10', 'search B 1']);
    expect(await cache.has(['Cities.search', 'B'])).toBe(true);
    class Villages extends Cities {}
    expect(await new Villages(new Map()).search('B')).toEqual([]);
    expect(await new Cities(rows).search('B')).toHaveLength(1);
  });

  it('find the cache of an instance', async () => {
    const { cache, Cities } = cities();
    const [one, two] = ['one', 'two'].map((name) => new Cities(new Map(), cache.namespace(name)));
    await one?.count();
    await one?.count();
    await two?.count();
    expect([one?.calls, two?.calls]).toEqual([['count'], ['count']]);
  });

  it('find a registered cache by its name when they are called', async () => {
    const { Cities } = cities();
    expect(await failureOf(Cities.kinds())).toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'cache' });
    const caches: Caches<string> = createCaches({ registered: {} });
    const forget = registerCaches(caches);
    expect(await Cities.kinds()).toEqual(['city']);
    expect(await caches.get('registered').has(['Cities.kinds'])).toBe(true);
    forget();
    expect(await failureOf(Cities.kinds())).toMatchObject({ option: 'cache' });
  });

  it('leave name and length of a method', () => {
    const { Cities } = cities();
    expect([Cities.prototype.find.name, Cities.prototype.find.length]).toEqual(['find', 1]);
  });
});

it('type-check in the legacy form too', async () => {
  expect(await compiler.complaints(join(here, 'decorated-types.ts'), '--experimentalDecorators')).toBe('');
}, 60_000);

describe('on anything but a method', () => {
  const { cache } = testCache();
  const decorators = {
    cached: cached({ cache }),
    cachePut: cachePut({ cache, key: () => 'k' }),
    cacheEvict: cacheEvict({ cache, all: true }),
  } as unknown as Record<string, (...given: unknown[]) => unknown>;
  const things: [string, unknown[]][] = [
    ['a class', [class {}, { kind: 'class', name: 'A' }]],
    ['a field', [undefined, { kind: 'field', name: 'a' }]],
    ['a getter', [() => 1, { kind: 'getter', name: 'a' }]],
    ['a class (legacy)', [class {}]],
    ['a field (legacy)', [{}, 'a']],
    ['a getter (legacy)', [{}, 'a', { get: () => 1, configurable: true }]],
    ['a parameter (legacy)', [{}, 'a', 0]],
  ];
  it.each(Object.keys(decorators).flatMap((name) => things.map(([thing, given]) => [name, thing, given] as const)))(
    '%s refuses %s',
    (name, _, given) => {
      const error: unknown = expect.objectContaining({ code: 'ERR_CACHE_OPTION', option: 'kind' });
      expect(() => decorators[name]?.(...given)).toThrow(error as Error);
    },
  );
});

it('metadata of a method is on what stands for it', () => {
  const metadata = new Map<unknown, Map<unknown, unknown>>();
  const functions = {
    getOwnMetadataKeys: (target: object) => [...(metadata.get(target)?.keys() ?? [])],
    getOwnMetadata: (key: unknown, target: object) => metadata.get(target)?.get(key),
    defineMetadata(key: unknown, value: unknown, target: object) {
      metadata.set(target, (metadata.get(target) ?? new Map()).set(key, value));
    },
  };
  Object.assign(Reflect, functions);
  try {
    const descriptor = { value: async () => 1 };
    functions.defineMetadata('roles', ['admin'], descriptor.value);
    cached({ cache: testCache().cache })({}, 'find', descriptor);
    expect(functions.getOwnMetadata('roles', descriptor.value)).toEqual(['admin']);
  } finally {
    for (const name of Object.keys(functions)) Reflect.deleteProperty(Reflect, name);
  }
});
