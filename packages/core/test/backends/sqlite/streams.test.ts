import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { type Cache, type Codec, createCache, encrypted, structuredCloneCodec } from '../../../src/index.ts';
import type { SqliteBackend } from '../../../src/backends/sqlite/index.ts';
import { entryOf } from './support/entries.ts';
import { cleanUpAfterEach, world } from './support/use-directory.ts';

cleanUpAfterEach();

const bytes = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 253));

/** The files of values. */
function valueFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && each.parentPath.includes('.files'))
    .map((each) => join(each.parentPath, each.name));
}

async function stored(parts: { readonly backend?: SqliteBackend } = {}) {
  const here = world();
  const backend = parts.backend ?? here.backend();
  const cache = createCache({ backend });
  expect(await cache.setStream('key', Readable.from([bytes]))).toBe(true);
  const [path = ''] = valueFiles(here.directory);
  return { here, backend, cache, path };
}

const read = async (cache: Cache): Promise<Buffer | undefined> => {
  const stream = await cache.getStream('key');
  return stream && buffer(stream);
};

describe('the file of a streamed value', () => {
  it.each([0, 10, 100, 199_000])('is a miss when it was cut off after %i bytes', async (length) => {
    const { cache, path, backend } = await stored();
    truncateSync(path, length);
    expect(await cache.getStream('key')).toBeUndefined();
    expect(await cache.get('key')).toBeUndefined();
    expect(await backend.check()).toMatchObject([{ kind: 'unreadable value' }]);
    await backend.check({ fix: true });
    expect(await backend.check()).toEqual([]);
  });

  it('is a miss when something was appended to it', async () => {
    const { cache, path } = await stored();
    writeFileSync(path, 'more', { flag: 'a' });
    expect(await cache.getStream('key')).toBeUndefined();
  });

  it('is a miss when its head was changed', async () => {
    for (const at of [0, 3, 22, 40, 72, 75, 95]) {
      const { cache, path } = await stored();
      const changed = readFileSync(path);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      writeFileSync(path, changed);
      expect(await read(cache).catch(() => undefined)).toBeUndefined();
      expect(await cache.get('key')).toBeUndefined();
    }
  });

  it('ends with an error when a byte was changed, and is gone then', async () => {
    for (const at of [150, 100_000, 200_000]) {
      const { cache, path, backend } = await stored();
      const changed = readFileSync(path);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      writeFileSync(path, changed);
      await expect(read(cache)).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
      await expect.poll(() => cache.getStream('key'), { interval: 1 }).toBeUndefined();
      expect(backend.stats().entries).toBe(0);
    }
  });

  it('does not hand out its last piece when a byte was changed', async () => {
    const { cache, path } = await stored();
    const changed = readFileSync(path);
    changed[changed.length - 1] = 0xff;
    writeFileSync(path, changed);
    let length = 0;
    const stream = (await cache.getStream('key')) as Readable;
    stream.on('data', (piece: Buffer) => {
      length += piece.length;
    });
    await expect(finished(stream)).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    expect(length).toBeLessThan(bytes.length);
  });

  it('ends with an error when it is cut off while it is read', async () => {
    const { cache, path } = await stored();
    const stream = await cache.getStream('key');
    truncateSync(path, 100_000);
    await expect(buffer(stream as Readable)).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
  });

  it('is closed when the stream is destroyed, read or not', async () => {
    const { cache } = await stored();
    const open = (): number => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let count = 0; count < 20; count += 1) {
      const stream = (await cache.getStream('key')) as Readable;
      if (count % 2 === 0) await stream[Symbol.asyncIterator]().next();
      stream.destroy();
      await expect.poll(() => stream.closed, { interval: 1 }).toBe(true);
    }
    expect(open()).toBe(before);
  });

  it('does not stay when the stream failed, was too large, or lost', async () => {
    const here = world();
    const backend = here.backend({ maxBytes: 150_000 });
    const cache = createCache({ backend });
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 70_000);
      throw new Error('cut off');
    };
    await expect(cache.setStream('key', failing())).rejects.toThrow('cut off');
    expect(await cache.setStream('key', Readable.from([bytes]))).toBe(false);
    const losing = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 70_000);
      await here.store(backend).set('unrelated', entryOf(1));
      await cache.set('key', 'newer');
    };
    expect(await cache.setStream('key', losing())).toBe(false);
    expect(valueFiles(here.directory)).toEqual([]);
    expect(await backend.check()).toEqual([]);
    expect(await cache.get('key')).toBe('newer');
  });

  it('goes away by itself if its writer was killed, and is no fault until then', async () => {
    const here = world();
    const other = await here.process();
    await other.call('beginStream', 'key', 100_000);
    await other.kill();
    expect(valueFiles(here.directory)).toHaveLength(1);
    expect(await here.backend().check()).toEqual([]);
  }, 60_000);
});

describe('a value in a file that loses its turn', () => {
  it('leaves no file', async () => {
    const here = world();
    const backend = here.backend({ fileAbove: 100 });
    const store = here.store(backend);
    await store.set('key', entryOf('small'));
    expect(await store.swap('key', undefined, entryOf('x'.repeat(1_000)))).toBe(false);
    expect(await backend.check()).toEqual([]);
    expect(valueFiles(here.directory)).toEqual([]);
  });
});

describe('a stream past a codec', () => {
  const codec = encrypted({ keys: { a: Buffer.alloc(32, 1) }, current: 'a' });

  it('that hides values is hidden too', async () => {
    const { here, cache } = await stored({ backend: undefined as never });
    expect(valueFiles(here.directory).some((path) => readFileSync(path).includes(bytes.subarray(500, 900)))).toBe(true);
    const hidden = world();
    const sealed = createCache({ backend: hidden.backend({ codec }) });
    expect(await sealed.setStream('key', Readable.from([bytes]))).toBe(true);
    expect((await read(sealed))?.equals(bytes)).toBe(true);
    const [path = ''] = valueFiles(hidden.directory);
    expect(statSync(path).size).toBeGreaterThan(bytes.length);
    expect(readFileSync(path).includes(bytes.subarray(500, 900))).toBe(false);
    expect((await read(cache))?.equals(bytes)).toBe(true);
  });

  it('that hides values is not taken for one of them', async () => {
    const { here, backend } = await stored();
    await backend.close();
    const strict: Codec = { ...structuredCloneCodec, passesStreams: false };
    for (const other of [codec, strict]) {
      const cache = createCache({ backend: here.backend({ codec: other }) });
      expect(await cache.getStream('key')).toBeUndefined();
      expect(await cache.get('key')).toBeUndefined();
    }
  });
});
