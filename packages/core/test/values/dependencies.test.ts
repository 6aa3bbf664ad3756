import { describe, expect, it } from 'vitest';
import { addTags, limitLifetime } from '../../src/index.ts';
import { controlledLoads } from '../support/controlled-loads.ts';
import { deferred, flush } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';

const MINUTE = 60_000;

describe('tags used inside a loader', () => {
  it('rise to the value around it, through any number of levels', async () => {
    const { cache } = testCache();
    const city = () => cache.getOrSet('city', () => 'Berlin', { tags: ['city'] });
    const card = () => cache.getOrSet('card', async () => `card of ${await city()}`);
    const page = () => cache.getOrSet('page', async () => `page of ${await card()}`);
    expect(await page()).toBe('page of card of Berlin');
    await cache.invalidateTags(['city']);
    for (const key of ['city', 'card', 'page']) expect(await cache.get(key)).toBeUndefined();
  });

  it('rise from hits and from get as from loads', async () => {
    const { cache } = testCache();
    await cache.set('hit', 1, { tags: ['hit'] });
    await cache.set('get', 2, { tags: ['get'] });
    await cache.set('many', 3, { tags: ['many'] });
    for (const tag of ['hit', 'get', 'many']) {
      await cache.getOrSet('page', async () => {
        const values = [await cache.getOrSet('hit', () => 0), await cache.get('get'), await cache.getMany(['many'])];
        return values.flat();
      });
      expect(await cache.has('page')).toBe(true);
      await cache.invalidateTags([tag]);
      expect(await cache.has('page')).toBe(false);
      await cache.set(tag, 0, { tags: [tag] });
    }
  });

  it('rise from a load that somebody else had started', async () => {
    const { cache } = testCache();
    const loads = controlledLoads<number>();
    const first = cache.getOrSet('city', loads.loader);
    await flush();
    const page = cache.getOrSet('page', () => cache.getOrSet('city', loads.loader));
    await flush();
    loads.load().context.tag('late');
    loads.load().finish(1);
    await Promise.all([first, page]);
    expect(await cache.has('page')).toBe(true);
    await cache.invalidateTags(['late']);
    expect(await cache.has('page')).toBe(false);
  });

  it('rise to each of several values that share the inner one', async () => {
    const { cache } = testCache();
    const city = () => cache.getOrSet('city', () => 1, { tags: ['city'] });
    await Promise.all([cache.getOrSet('page 1', city), cache.getOrSet('page 2', city)]);
    await cache.invalidateTags(['city']);
    expect(await cache.getMany(['page 1', 'page 2'])).toEqual([undefined, undefined]);
  });

  it('rise from inner loads that run side by side, and after awaits', async () => {
    const { cache } = testCache();
    const load = async () => {
      await flush();
      const parts = [1, 2, 3].map((id) => cache.getOrSet(['city', id], () => id, { tags: [`city:${id}`] }));
      return Promise.all(parts);
    };
    for (const id of [1, 2, 3]) {
      expect(await cache.getOrSet('page', load)).toEqual([1, 2, 3]);
      await cache.invalidateTags([`city:${id}`]);
      expect(await cache.get('page')).toBeUndefined();
    }
  });

  it('rise across namespaces, and so does the clearing of one', async () => {
    const { cache } = testCache();
    const data = cache.namespace('data');
    const pages = cache.namespace('pages');
    const page = () => pages.getOrSet('page', () => data.namespace('cities').getOrSet('k', () => 1, { tags: ['t'] }));
    await page();
    await cache.invalidateTags(['t']);
    expect(await pages.get('page')).toBeUndefined();
    await page();
    await data.clear();
    expect(await pages.get('page')).toBeUndefined();
  });

  it('do not sink: the inner value knows nothing of the outer', async () => {
    const { cache } = testCache();
    const load = () => cache.getOrSet('inner', () => 1, { tags: ['inner'] });
    await cache.getOrSet('outer', load, { tags: ['outer'] });
    await cache.invalidateTags(['outer']);
    expect(await cache.getMany(['inner', 'outer'])).toEqual([1, undefined]);
  });

  it('do not leak to values that are made side by side', async () => {
    const { cache } = testCache();
    const tagged = cache.getOrSet('tagged', async () => {
      addTags('t');
      await flush();
      return 1;
    });
    const other = cache.getOrSet('other', async () => {
      await flush();
      return 2;
    });
    await Promise.all([tagged, other]);
    await cache.invalidateTags(['t']);
    expect(await cache.getMany(['tagged', 'other'])).toEqual([undefined, 2]);
  });

  it('keep the outer value from being stored if they are invalidated while it is made', async () => {
    const { cache } = testCache();
    const rest = deferred<number>();
    const page = cache.getOrSet('page', async () => {
      await cache.getOrSet('city', () => 1, { tags: ['city'] });
      return rest.promise;
    });
    await flush();
    await cache.invalidateTags(['city']);
    rest.resolve(1);
    expect(await page).toBe(1);
    expect(await cache.get('page')).toBeUndefined();
  });
});

describe('lifetimes used inside a loader', () => {
  it('limit the value around it to what remains of the inner', async () => {
    const { cache, clock } = testCache();
    const inner = () => cache.getOrSet('inner', () => 1, { ttl: '10m' });
    await inner();
    clock.advance(4 * MINUTE);
    await cache.getOrSet('outer', inner, { ttl: '1h' });
    clock.advance(6 * MINUTE - 1);
    expect(await cache.get('outer')).toBe(1);
    clock.advance(1);
    expect(await cache.get('outer')).toBeUndefined();
  });

  it('never lengthen it', async () => {
    const { cache, clock } = testCache();
    const load = () => cache.getOrSet('inner', () => 1, { ttl: '1h' });
    await cache.getOrSet('outer', load, { ttl: '1m' });
    clock.advance(MINUTE);
    expect(await cache.getMany(['inner', 'outer'])).toEqual([1, undefined]);
  });

  it('of a stale value leave none to the outer', async () => {
    const { cache, clock } = testCache();
    await cache.set('inner', 'old', { ttl: '1m', staleWhileRevalidate: '1h' });
    clock.advance(MINUTE);
    expect(await cache.getOrSet('outer', () => cache.getOrSet('inner', () => 'new'))).toBe('old');
    expect(await cache.get('outer')).toBeUndefined();
  });

  it('of a value that was not stored leave none to the outer', async () => {
    const { cache } = testCache();
    await cache.getOrSet('outer', () => cache.getOrSet('inner', () => 1, { ttl: 0 }), { ttl: '1h' });
    expect(await cache.has('outer')).toBe(false);
  });

  it.each([
    ['context.lifetime', true],
    ['limitLifetime', false],
  ])('are limited by %s, the shortest wins', async (_, byContext) => {
    const { cache, clock } = testCache();
    await cache.getOrSet(
      'a',
      (context) => {
        for (const max of ['2m', '1m', '3m'] as const) {
          if (byContext) context.lifetime(max);
          else limitLifetime(max);
        }
        clock.advance(1_000);
        return 1;
      },
      { ttl: '1h' },
    );
    clock.advance(MINUTE - 1);
    expect(await cache.has('a')).toBe(true);
    clock.advance(1);
    expect(await cache.has('a')).toBe(false);
  });
});

describe('addTags and limitLifetime', () => {
  it('do nothing outside of a loader', async () => {
    const { cache, clock } = testCache();
    addTags('t');
    limitLifetime(1);
    await cache.getOrSet('a', () => 1);
    clock.advance(1);
    await cache.invalidateTags(['t']);
    expect(await cache.get('a')).toBe(1);
  });

  it('refuse what is no tag or no duration, outside of a loader too', () => {
    expect(() => addTags('')).toThrow(/^Option `tags` is ""/);
    expect(() => limitLifetime(-1)).toThrow(/^Option `lifetime` is -1/);
  });

  it('apply to the innermost loader only, from which they rise', async () => {
    const { cache } = testCache();
    await cache.getOrSet('outer', async () => {
      const value = await cache.getOrSet('inner', () => {
        addTags('inside');
        return 1;
      });
      addTags('outside');
      return value;
    });
    await cache.invalidateTags(['outside']);
    expect(await cache.getMany(['inner', 'outer'])).toEqual([1, undefined]);
  });
});
