import { tmpdir } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { findDriver } from '../../../src/backends/sqlite/driver.ts';
import { type SqliteOptions, sqlite } from '../../../src/backends/sqlite/index.ts';
import { createCache, jsonCodec } from '../../../src/index.ts';
import { cleanUpAfterEach, world } from './support/use-directory.ts';

cleanUpAfterEach();

const NO_BINDING = 'The SQLite backend needs Node 22.13 or later, or the package `libsql` (npm install libsql).';

describe('options', () => {
  it.each([
    ['directory', ''],
    ['directory', 7],
    ['maxBytes', 0],
    ['maxBytes', Number.NaN],
    ['eviction', 'oldest'],
    ['shards', 0],
    ['shards', 65],
    ['fileAbove', -1],
    ['codec', {}],
    ['busyTimeout', 'soon'],
    ['synchronous', 'off'],
    ['statistics', 'yes'],
    ['size', 1],
  ])('%s: %s is refused by name', (option, value) => {
    const options = { directory: tmpdir(), [option]: value } as unknown as SqliteOptions;
    expect(() => sqlite(options)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }));
  });

  it('touches no disk before a cache is made', () => {
    const here = world();
    const backend = sqlite({ directory: `${here.directory}/not/there` });
    expect(backend.kind).toBe('sqlite');
  });

  it('takes another codec, whose values another does not read', async () => {
    const here = world();
    const cache = createCache({ backend: here.backend({ codec: jsonCodec }) });
    await cache.set('a', { b: [1, null] });
    expect(await cache.get('a')).toEqual({ b: [1, null] });
    const other = createCache({ backend: here.backend() });
    expect(await other.get('a')).toBeUndefined();
    expect(await other.getOrSet('a', () => 'new')).toBe('new');
    expect(await other.get('a')).toBe('new');
  });

  it('synchronous full works the same', async () => {
    const here = world();
    const cache = createCache({ backend: here.backend({ synchronous: 'full', fileAbove: 100 }) });
    await cache.set('a', 'x'.repeat(1_000));
    await cache.set('b', 1);
    expect(await cache.getMany(['a', 'b'])).toEqual(['x'.repeat(1_000), 1]);
  });
});

describe('the binding', () => {
  it('is node:sqlite where Node has it, else libsql', () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    expect(findDriver().name).toBe(major > 22 || (major === 22 && minor >= 13) ? 'node:sqlite' : 'libsql');
  });

  it('is asked for in words when there is none', async () => {
    vi.resetModules();
    vi.doMock('node:module', () => ({
      createRequire: () => () => {
        throw new Error('Cannot find module');
      },
    }));
    const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    const { findDriver: find } = await import('../../../src/backends/sqlite/driver.ts');
    expect(() => find()).toThrow(expect.objectContaining({ code: 'ERR_CACHE_BACKEND', message: NO_BINDING }));
    builtin.mockRestore();
    vi.doUnmock('node:module');
  });
});
