import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCache } from '../../../src/index.ts';
import { withDatabase } from './support/raw.ts';
import { cleanUpAfterEach, world } from './support/use-directory.ts';

cleanUpAfterEach();

describe('two backends on one directory', () => {
  it('see each other at once in one process: tags, namespaces, clear and keys', async () => {
    const here = world();
    const [a, b] = [createCache({ backend: here.backend() }), createCache({ backend: here.backend() })];
    await a.set('k', 1, { tags: ['t'] });
    expect(await b.get('k')).toBe(1);
    await b.invalidateTags(['t']);
    expect(await a.get('k')).toBeUndefined();
    await a.delete('k');
    await a.namespace('n').set('k', 2);
    await b.namespace('n').clear();
    expect(await a.namespace('n').get('k')).toBeUndefined();
    await a.setMany([
      ['x', 1],
      ['y\0\u{1f600}', 2],
      ['\ud800', 3],
    ]);
    expect(await b.getMany(['x', 'y\0\u{1f600}', '\ud800', '\ufffd'])).toEqual([1, 2, 3, undefined]);
    const keys: unknown[] = [];
    for await (const key of b.keys()) keys.push(key);
    expect(keys).toHaveLength(3);
    expect(new Set(keys)).toEqual(new Set(['x', 'y\0\u{1f600}', '\ud800']));
    await a.clear();
    expect(await b.get('x')).toBeUndefined();
  });

  it('keep the names of caches apart, tags too', async () => {
    const here = world();
    const backend = here.backend();
    const [one, two] = [createCache({ backend, name: 'one' }), createCache({ backend, name: 'one', version: '2' })];
    await one.set('k', 1, { tags: ['t'] });
    await two.set('k', 2, { tags: ['t'] });
    await one.invalidateTags(['t']);
    expect(await one.get('k')).toBeUndefined();
    expect(await two.get('k')).toBe(2);
    await one.set('k', 1);
    await two.clear();
    expect(await one.get('k')).toBe(1);
  });

  it('never store a load that began before a deletion, an invalidation or a clear by the other', async () => {
    const here = world();
    const [a, b] = [createCache({ backend: here.backend() }), createCache({ backend: here.backend() })];
    const disturbances = [
      () => b.delete('k'),
      () => b.invalidateTags(['t']),
      () => b.clear(),
      () => b.set('k', 'newer'),
    ];
    for (const before of [false, true]) {
      for (const disturb of disturbances) {
        if (before) await a.set('k', 'before', { tags: ['t'] });
        else await a.delete('k');
        if (before) await a.expire('k');
        let finish = (): void => {};
        const gate = new Promise<void>((resolve) => (finish = resolve));
        const load = a.getOrSet('k', () => gate.then(() => 'old'), { tags: ['t'] });
        await new Promise((resolve) => setImmediate(resolve));
        await disturb();
        finish();
        // What is soft purged is answered once more, and the load goes on behind it.
        expect(await load).toBe(before ? 'before' : 'old');
        await new Promise((resolve) => setImmediate(resolve));
        expect(await b.get('k')).not.toBe('old');
      }
    }
  });

  it('count, lock and add as one', async () => {
    const here = world();
    const caches = [createCache({ backend: here.backend() }), createCache({ backend: here.backend() })];
    const [one = createCache(), two = one] = caches;
    await Promise.all(Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? one : two).increment('n')));
    expect(await one.get('n')).toBe(100);
    const added = await Promise.all(caches.map((cache) => cache.add('first', 1)));
    expect(added.filter(Boolean)).toHaveLength(1);
  });
});

describe('the journal', () => {
  it('drops old records, and who missed them begins anew', async () => {
    const here = world();
    const [a, b] = [createCache({ backend: here.backend() }), createCache({ backend: here.backend() })];
    await a.set('k', 1, { tags: ['t'] });
    expect(await b.get('k')).toBe(1);
    withDatabase(`${here.directory}/log-v1.db`, (database) => {
      const head = Number(database.prepare('SELECT max(position) FROM records').get()?.[0]);
      const add = database.prepare('INSERT INTO records (position, store, names) VALUES (?, ?, ?)');
      add.run(head + 200_000, 'cache/1', '["u"]');
      database.prepare('DELETE FROM records WHERE position < ?').run(head + 200_000);
    });
    await expect.poll(() => b.get('k'), { interval: 2 }).toBeUndefined();
    await b.set('k', 2, { tags: ['t'] });
    expect(await a.get('k')).toBe(2);
  });

  it('tells every cache of every invalidation, whatever the order of appends and polls', async () => {
    const here = world();
    const caches = [0, 1, 2].map(() => createCache({ backend: here.backend() }));
    const step = fc.record({
      who: fc.nat(2),
      what: fc.constantFrom('set', 'get', 'tag'),
      tag: fc.constantFrom('a', 'b'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const found: unknown[] = [];
        const right: unknown[] = [];
        const expected = new Map<string, number>();
        for (const [index, { who, what, tag }] of steps.entries()) {
          const cache = caches[who];
          if (what === 'set') {
            await cache?.set(`of ${tag}`, index, { tags: [tag] });
            expected.set(tag, index);
          } else if (what === 'tag') {
            await cache?.invalidateTags([tag]);
            expected.delete(tag);
          } else {
            found.push(await cache?.get(`of ${tag}`));
            right.push(expected.get(tag));
          }
        }
        expect(found).toEqual(right);
        await caches[0]?.invalidateTags(['a', 'b']);
      }),
      { numRuns: 40 },
    );
  });
});
