import { describe, expect, test } from 'vitest';
import { type Backend, type Cache, createCache, memory, tiered, type ValueIsolation } from '../../src/index.ts';
import { fakeClock } from '../../src/testing/index.ts';
import { deferred, flush } from '../support/deferred.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';
import { SharedMemory } from './shared-memory.ts';

expectNoUnhandledRejections();

const clock = fakeClock();

/** A server and what makes caches over it, each as in a process of its own. */
function world({ l1Ttl = 10_000, l1 = () => memory({ maxEntries: 100 }) } = {}): {
  server: SharedMemory;
  process: (values?: ValueIsolation) => Cache;
} {
  const server = new SharedMemory();
  const process = (values: ValueIsolation = 'frozen'): Cache =>
    createCache({ clock, values, ttl: '1m', backend: tiered({ l1: l1(), l2: server.client(), l1Ttl }) });
  return { server, process };
}

const bytes = (): Backend => new SharedMemory().client();

describe.each([
  ['memory', () => memory({ maxEntries: 100 })],
  ['bytes', bytes],
])('tiered over %s', (_name, l1) => {
  test('what was read once is answered from the near tier', async () => {
    const { server, process } = world({ l1 });
    await process().set('a', { n: 1 });
    const reader = process();
    expect(await reader.get('a')).toEqual({ n: 1 });
    server.calls.length = 0;
    expect(await reader.get('a')).toEqual({ n: 1 });
    expect(await reader.getMany(['a'])).toEqual([{ n: 1 }]);
    expect(server.calls).toEqual([]);
  });

  test('what was written is in both tiers', async () => {
    const { server, process } = world({ l1 });
    const writer = process();
    await writer.set('a', 1);
    await writer.setMany([
      ['b', 2],
      ['c', 3],
    ]);
    server.calls.length = 0;
    expect(await writer.getMany(['a', 'b', 'c'])).toEqual([1, 2, 3]);
    expect(server.calls).toEqual([]);
    expect(await process().getMany(['a', 'b', 'c'])).toEqual([1, 2, 3]);
  });

  test('a copy lasts no longer than its own limit', async () => {
    const { server, process } = world({ l1, l1Ttl: 5_000 });
    const [writer, reader] = [process(), process()];
    await writer.set('a', 'old');
    expect(await reader.get('a')).toBe('old');
    await writer.set('a', 'new');
    clock.advance(4_999);
    expect(await reader.get('a')).toBe('old');
    clock.advance(1);
    expect(await reader.get('a')).toBe('new');
    server.calls.length = 0;
    await reader.get('a');
    expect(server.calls).toEqual([]);
  });

  test('a copy lasts no longer than what remains of the original', async () => {
    const { process } = world({ l1, l1Ttl: 60_000 });
    const reader = process();
    await process().set('a', 1, { ttl: '5s' });
    clock.advance(4_000);
    expect(await reader.get('a')).toBe(1);
    clock.advance(1_000);
    expect(await reader.get('a')).toBeUndefined();
  });

  test('a copy is not used longer because the clock was set back', async () => {
    const { server, process } = world({ l1, l1Ttl: 2_000 });
    const reader = process();
    await process().set('a', 1);
    await reader.get('a');
    clock.jump(clock.now() - 3_000);
    server.calls.length = 0;
    expect(await reader.get('a')).toBe(1);
    expect(server.calls).toEqual(['get']);
    clock.jump(clock.now() + 3_000);
  });

  test('delete reaches both tiers', async () => {
    const { process } = world({ l1 });
    const cache = process();
    await cache.set('a', 1);
    expect(await cache.delete('a')).toBe(true);
    expect(await cache.get('a')).toBeUndefined();
    expect(await process().get('a')).toBeUndefined();
  });

  test('clear reaches both tiers', async () => {
    const { process } = world({ l1 });
    const cache = process();
    await cache.set('a', 1);
    await cache.clear();
    expect(await cache.get('a')).toBeUndefined();
    expect(await process().get('a')).toBeUndefined();
  });

  test('an invalidation by another process is heard at once through the log', async () => {
    const { process } = world({ l1 });
    const [writer, reader] = [process(), process()];
    await writer.set('a', 1, { tags: ['t'] });
    expect(await reader.get('a')).toBe(1);
    await writer.invalidateTags(['t']);
    expect(await reader.get('a')).toBeUndefined();
  });

  test('while the log is cut off, no copy is trusted', async () => {
    const { server, process } = world({ l1 });
    const cache = process();
    await cache.set('a', 1);
    server.cutOff();
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.getOrSet('a', () => 2)).toBe(2);
  });

  test('a load is stored once, also where this process wrote what is stale or invalid', async () => {
    const { process } = world({ l1 });
    const cache = process();
    let loads = 0;
    const get = (): Promise<number> => cache.getOrSet('a', () => (loads += 1), { ttl: '3s', tags: ['t'] });
    await get();
    clock.advance(3_001);
    expect([await get(), await get()]).toEqual([2, 2]);
    await cache.invalidateTags(['t']);
    expect([await get(), await get()]).toEqual([3, 3]);
  });

  test('a load that another process overtook is not stored, and the near tier follows', async () => {
    const { process } = world({ l1 });
    const [one, other] = [process(), process()];
    const gate = deferred<string>();
    const loading = one.getOrSet('a', () => gate.promise);
    await flush();
    await other.set('a', 'newer');
    gate.resolve('older');
    expect(await loading).toBe('older');
    expect(await one.get('a')).toBe('newer');
  });

  test('increments of several processes all count', async () => {
    const { process } = world({ l1 });
    const caches = [process(), process()];
    for (let count = 0; count < 10; count += 1) for (const cache of caches) await cache.increment('n');
    expect(await process().get('n')).toBe(20);
  });

  test.each(['delete', 'set', 'clear'] as const)(
    'a read that began before a %s leaves nothing old behind',
    async (what) => {
      const { server, process } = world({ l1 });
      await process().set('a', 'old');
      const cache = process();
      const gate = deferred<void>();
      server.gate = gate.promise;
      const reading = cache.get('a');
      const writing = what === 'set' ? cache.set('a', 'new') : what === 'delete' ? cache.delete('a') : cache.clear();
      gate.resolve();
      server.gate = undefined;
      await Promise.all([reading, writing]);
      expect(await cache.get('a')).toBe(what === 'set' ? 'new' : undefined);
    },
  );
});

describe('what callers do to values', () => {
  const value = (): { list: number[]; at: Date } => ({ list: [1], at: new Date(0) });

  test('frozen: a change is refused or changes a copy', async () => {
    const { process } = world();
    await process().set('a', value());
    const reader = process();
    for (let count = 0; count < 3; count += 1) {
      const got = await reader.get<ReturnType<typeof value>>('a');
      expect(got).toEqual(value());
      got?.at.setTime(1);
      try {
        got?.list.push(2);
      } catch {
        // Frozen: as good as a copy.
      }
    }
    await process().set('plain', { list: [1] });
    for (let count = 0; count < 2; count += 1) {
      const got = await reader.get<{ list: number[] }>('plain');
      expect(() => got?.list.push(2)).toThrow(TypeError);
    }
  });

  test('cloned: each caller may change what it got', async () => {
    const { process } = world();
    await process('cloned').set('a', value());
    const reader = process('cloned');
    for (let count = 0; count < 3; count += 1) {
      const got = await reader.get<ReturnType<typeof value>>('a');
      expect(got).toEqual(value());
      got?.list.push(2);
      got?.at.setTime(1);
    }
  });

  test('a hit in memory gives the same object, without a copy', async () => {
    const { process } = world();
    await process().set('a', { n: 1 });
    const reader = process();
    expect(await reader.get('a')).toBe(await reader.get('a'));
  });
});

describe('options', () => {
  const [l1, l2] = [memory(), memory()];

  test.each([
    ['l1', { l2 }],
    ['l2', { l1 }],
    ['l2', { l1, l2: l1 }],
    ['l1Ttl', { l1, l2, l1Ttl: -1 }],
    ['timeout', { l1, l2, timeout: 0 }],
    ['timeout', { l1, l2, timeout: 'forever' }],
    ['l1Timeout', { l1, l2, l1Timeout: '2m' }],
    ['failures', { l1, l2, failures: 0 }],
    ['retryAfter', { l1, l2, retryAfter: '6s' }],
    ['other', { l1, l2, other: 1 }],
  ])('refuses a wrong `%s`', (option, options) => {
    expect(() => tiered(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }));
  });

  test('closes both tiers, the second also if the first fails', async () => {
    const closed: string[] = [];
    const tier = (kind: string, fails: boolean): Backend => ({
      ...memory(),
      close() {
        closed.push(kind);
        if (fails) throw new Error(kind);
      },
    });
    await expect(async () => tiered({ l1: tier('l1', true), l2: tier('l2', false) }).close()).rejects.toThrow('l1');
    expect(closed).toEqual(['l1', 'l2']);
  });
});

describe('a value that is too large for the near tier', () => {
  test('is in the far one, is no error, and leaves no older copy near', async () => {
    const { process } = world({ l1: () => memory({ maxBytes: 5_000 }) });
    const cache = process();
    const errors: unknown[] = [];
    cache.on('error', (event) => errors.push(event));
    const large = 'x'.repeat(10_000);
    await cache.setMany(['a', 'b', 'c'].map((key) => [key, 'old']));
    await cache.setMany([
      ['a', 'new'],
      ['b', large],
      ['c', 'new'],
    ]);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual(['new', large, 'new']);
    await cache.set('c', large);
    expect([await cache.get('c'), await cache.get('b')]).toEqual([large, large]);
    expect(await cache.getOrSet('d', () => large)).toBe(large);
    expect(await cache.get('d')).toBe(large);
    expect(errors).toEqual([]);
  });
});
