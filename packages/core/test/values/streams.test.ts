import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ReadableStream } from 'node:stream/web';
import { afterEach, describe, expect, it } from 'vitest';
import { sqlite } from '../../src/backends/sqlite/index.ts';
import { type Backend, type Cache, createCache, memory, none, tiered } from '../../src/index.ts';
import { fakeClock } from '../../src/testing/index.ts';
import { asyncBackend, faultyBackend } from '../support/backends.ts';
import { deferred } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function files(maxBytes?: number): Backend {
  const directory = mkdtempSync(join(tmpdir(), 'streams-'));
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }));
  const backend = sqlite({ directory, ...(maxBytes !== undefined && { maxBytes }) });
  cleanUps.push(() => backend.close());
  return backend;
}

/** A backend that keeps streams, and others that keep whole values. */
const backends: Readonly<Record<string, () => Backend>> = {
  sqlite: files,
  memory: () => memory({ maxEntries: 100 }),
  'an asynchronous backend': () => asyncBackend(),
  'tiers over sqlite': () => tiered({ l1: memory({ maxEntries: 100 }), l2: files() }),
};

const bytes = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 253));
const other = Buffer.alloc(1_000, 1);

const get = async (cache: Cache, key: string): Promise<Buffer | undefined> => {
  const stream = await cache.getStream(key);
  return stream && buffer(stream);
};

/** A source that gives one piece, and the rest when it is told to. */
function heldBack(): { source: AsyncGenerator<Uint8Array>; begun: Promise<void>; release: () => void } {
  const [begun, released] = [deferred<void>(), deferred<void>()];
  async function* source(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 70_000);
    begun.resolve();
    await released.promise;
    yield bytes.subarray(70_000);
  }
  return { source: source(), begun: begun.promise, release: () => released.resolve() };
}

describe.each(Object.entries(backends))('streams on %s', (_name, open) => {
  const make = (): Cache => createCache({ backend: open() });

  it.each([
    ['a stream of Node', () => Readable.from([bytes.subarray(0, 5), bytes.subarray(5)])],
    ['a stream of the web', () => ReadableStream.from([new Uint8Array(bytes)])],
    [
      'an async generator',
      async function* () {
        yield bytes;
      },
    ],
  ])('go in from %s, and come out as a stream and as a value', async (_kind, source) => {
    const cache = make();
    expect(await cache.setStream('key', source() as Readable)).toBe(true);
    expect((await get(cache, 'key'))?.equals(bytes)).toBe(true);
    expect(Buffer.from((await cache.get<Uint8Array>('key')) ?? []).equals(bytes)).toBe(true);
    expect(await cache.has('key')).toBe(true);
    expect(await cache.take('key')).toBeInstanceOf(Uint8Array);
    expect(await cache.getStream('key')).toBeUndefined();
  });

  it('of no bytes are a value', async () => {
    const cache = make();
    expect(await cache.setStream('key', Readable.from([]))).toBe(true);
    expect(await get(cache, 'key')).toEqual(Buffer.alloc(0));
  });

  it('come from values that are bytes, and from no others', async () => {
    const cache = make();
    await cache.set('bytes', bytes);
    await cache.set('text', 'text');
    expect((await get(cache, 'bytes'))?.equals(bytes)).toBe(true);
    await expect(cache.getStream('text')).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect(await cache.getStream('nothing')).toBeUndefined();
  });

  it('whose source fails store nothing, and say why', async () => {
    const cache = make();
    await cache.set('key', 'before');
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
      throw new Error('cut off');
    };
    await expect(cache.setStream('key', failing())).rejects.toThrow('cut off');
    await expect(cache.setStream('new', failing())).rejects.toThrow('cut off');
    expect(await cache.get('key')).toBe('before');
    expect(await cache.getStream('new')).toBeUndefined();
  });

  it('of something else than bytes are refused', async () => {
    const cache = make();
    await expect(cache.setStream('key', Readable.from(['text']))).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    await expect(cache.setStream('key', 'text' as never)).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
    await expect(cache.setStream('key', Readable.from([]), { max: 1 } as never)).rejects.toMatchObject({
      code: 'ERR_CACHE_OPTION',
    });
    expect(await cache.getStream('key')).toBeUndefined();
  });

  it('end with their signal, also where the source hangs', async () => {
    const cache = make();
    const source = new Readable({ read() {} });
    source.push(bytes);
    const controller = new AbortController();
    const storing = cache.setStream('key', source, { signal: controller.signal });
    await expect.poll(() => source.readableLength, { interval: 1 }).toBe(0);
    controller.abort(new Error('enough'));
    await expect(storing).rejects.toThrow('enough');
    expect(source.destroyed).toBe(true);
    expect(await cache.getStream('key')).toBeUndefined();
    await expect(cache.setStream('key', Readable.from([bytes]), { signal: controller.signal })).rejects.toThrow(
      'enough',
    );
  });

  it.each([
    ['its key was deleted', (cache: Cache) => cache.delete('key'), undefined],
    ['its key was set', (cache: Cache) => cache.set('key', 'newer'), 'newer'],
    ['its tag was invalidated', (cache: Cache) => cache.invalidateTags(['tag']), undefined],
    ['everything was cleared', (cache: Cache) => cache.clear(), undefined],
    ['another stream was faster', (cache: Cache) => cache.setStream('key', Readable.from([other])), other],
  ])('are not stored if meanwhile %s', async (_what, disturb, left) => {
    for (const before of [false, true]) {
      const cache = make();
      if (before) await cache.set('key', 'before', { tags: ['tag'] });
      const { source, begun, release } = heldBack();
      const storing = cache.setStream('key', source, { tags: ['tag'] });
      await begun;
      await disturb(cache);
      release();
      expect(await storing).toBe(false);
      const found = await cache.get('key');
      expect(found instanceof Uint8Array ? Buffer.from(found) : found).toEqual(left);
    }
  });

  it('make loads that began before them too old to be stored', async () => {
    const cache = make();
    const load = deferred<string>();
    const loading = cache.getOrSet('key', () => load.promise);
    await expect.poll(async () => cache.setStream('key', Readable.from([bytes])), { interval: 1 }).toBe(true);
    load.resolve('older');
    expect(await loading).toBe('older');
    expect((await get(cache, 'key'))?.equals(bytes)).toBe(true);
  });

  it('have tags, namespaces and lifetimes like all values', async () => {
    const clock = fakeClock();
    const cache = createCache({ backend: open(), clock });
    await cache.setStream('tagged', Readable.from([bytes]), { tags: ['tag'] });
    await cache.setStream('short', Readable.from([bytes]), { ttl: '1m' });
    await cache.namespace('inner').setStream('short', Readable.from([other]));
    expect(await cache.setStream('short-lived', Readable.from([bytes]), { ttl: 0, staleIfError: '1h' })).toBe(false);
    expect((await cache.entry('tagged'))?.tags).toEqual(['tag']);
    expect(await get(cache, 'short-lived')).toBeUndefined();
    await cache.invalidateTags(['tag']);
    expect(await get(cache, 'tagged')).toBeUndefined();
    expect((await get(cache, 'short'))?.equals(bytes)).toBe(true);
    clock.advance(60_000);
    expect(await get(cache, 'short')).toBeUndefined();
    expect(await get(cache.namespace('inner'), 'short')).toEqual(other);
  });

  it('that are read inside a loader give their tags to what is made of them', async () => {
    const cache = make();
    await cache.setStream('map', Readable.from([bytes]), { tags: ['maps'] });
    const size = () => cache.getOrSet('size', async () => (await get(cache, 'map'))?.length ?? 0);
    expect(await size()).toBe(bytes.length);
    await cache.invalidateTags(['maps']);
    expect(await size()).toBe(0);
  });

  it('tell what happened', async () => {
    const cache = make();
    const events = recordEvents(cache, 'set', 'hit', 'miss', 'error');
    await cache.setStream('key', Readable.from([bytes]));
    await get(cache, 'key');
    await get(cache, 'nothing');
    expect(events.map(({ name, event }) => [name, 'key' in event && event.key])).toEqual([
      ['set', 'key'],
      ['hit', 'key'],
      ['miss', 'nothing'],
    ]);
  });

  it('that are too large for the backend are not stored, nor is what was there before kept', async () => {
    const backend = open();
    const cache = createCache({ backend: backend.kind === 'sqlite' ? files(100_000) : backend });
    const errors = recordEvents(cache, 'error');
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield bytes;
    };
    await cache.set('key', 'before');
    expect(await cache.setStream('key', endless())).toBe(false);
    expect(await cache.get('key')).toBeUndefined();
    expect(errors.map(({ event }) => 'error' in event && event.error)).toMatchObject([{ code: 'ERR_CACHE_VALUE' }]);
  });
});

describe('streams where the backend fails', () => {
  it.each(['get', 'set', 'swap'] as const)('are dropped when %s fails', async (operation) => {
    const fail = () => {
      throw new Error('down');
    };
    const cache = createCache({ backend: faultyBackend({ [operation]: fail }) });
    const errors = recordEvents(cache, 'error');
    const source = Readable.from([bytes]);
    const stored = await cache.setStream('key', source);
    expect(stored).toBe(operation !== 'swap');
    expect(source.destroyed).toBe(true);
    expect(errors.length).toBe(operation === 'set' ? 0 : 1);
  });

  it('are dropped when the files cannot be written', async () => {
    const backend = files();
    const cache = createCache({ backend });
    const errors = recordEvents(cache, 'error');
    await backend.close();
    const source = Readable.from([bytes]);
    expect(await cache.setStream('key', source)).toBe(false);
    expect(source.destroyed).toBe(true);
    expect(await cache.getStream('key')).toBeUndefined();
    expect(errors.length).toBeGreaterThan(0);
  });

  it('are not stored by a backend that stores nothing', async () => {
    const cache = createCache({ backend: none() });
    await cache.setStream('key', Readable.from([bytes]));
    expect(await cache.getStream('key')).toBeUndefined();
  });
});
