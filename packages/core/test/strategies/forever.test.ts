import { describe, expect, it } from 'vitest';
import { defineKeys } from '../../src/index.ts';
import { type AuditOptions, forever, type StaleFinding } from '../../src/strategies/index.ts';
import { deferred, flush } from '../support/deferred.ts';
import { recordEvents } from '../support/record-events.ts';
import { testCache } from '../support/test-cache.ts';
import { expectNoUnhandledRejections } from '../support/unhandled-rejections.ts';
import { type City, LISBON, mapTable, PORTO, watched } from './support/city-table.ts';

expectNoUnhandledRejections();

const LISBOA: City = { ...LISBON, name: 'Lisboa' };

function prepare(audit?: Partial<AuditOptions<number, City>>, told: boolean = true) {
  const { cache, clock } = testCache({ ttl: 1_000 });
  const table = watched(mapTable());
  const found: StaleFinding<number, City>[] = [];
  const onStale = (finding: StaleFinding<number, City>) => void found.push(finding);
  const options = audit === undefined ? {} : { audit: { share: 1, ...(told && { onStale }), ...audit } };
  const cities = forever(cache, table.source, { name: 'city', ...options });
  return { cache, clock, table, cities, found };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await flush();
}

describe('forever', () => {
  it('keeps what was read and written whatever time goes by, and whatever the key says', async () => {
    const { cache, clock } = testCache({ ttl: 1_000 });
    const keys = defineKeys({ city: { key: (id: number) => id, ttl: '1s', tags: (id) => [`city:${id}`] } });
    const table = watched(mapTable());
    await table.write(LISBON);
    const cities = forever(cache, table.source, { key: keys.city });
    await cities.get(5);
    await cities.set(6, PORTO);
    clock.advance(1e12);
    expect(await cities.getMany([5, 6])).toEqual([LISBON, PORTO]);
    expect(table.calls).toEqual(['load 5', 'save 6']);
    await cache.invalidateTags(['city:5']);
    await cities.getMany([5, 6]);
    expect(table.calls.slice(2)).toEqual(['load 5']);
  });

  it('remembers for half a minute only that there is no value', async () => {
    const { cities, clock, table } = prepare();
    await cities.get(5);
    clock.advance(30_000);
    await cities.get(5);
    expect(table.calls).toEqual(['load 5', 'load 5']);
  });

  it('answers the value there was until a refresh has put the new one there', async () => {
    const { cache } = testCache();
    let answer: Promise<string> = Promise.resolve('old');
    const values = forever(cache, { load: () => answer }, { name: 'k' });
    await values.get('a');
    const next = deferred<string>();
    answer = next.promise;
    const refreshing = values.refresh('a');
    await flush();
    expect(await values.get('a')).toBe('old');
    next.resolve('new');
    expect(await refreshing).toBe('new');
    expect(await values.get('a')).toBe('new');
  });

  it('can stand before a source that cannot write', () => {
    const { cache } = testCache();
    const values = forever(cache, { load: () => 'x' }, { name: 'k' });
    expect(Object.keys(values)).not.toContain('set');
    expect(values.audited).toEqual({ checked: 0, stale: 0, skipped: 0 });
  });

  it('refuses a lifetime, and audits that mean nothing', () => {
    const { cache } = testCache();
    const make = (options: object) => forever(cache, { load: () => 'x' }, { name: 'k', ...options });
    const refused = (option: string) => expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }) as Error;
    for (const option of ['ttl', 'staleWhileRevalidate', 'staleIfError']) {
      expect(() => make({ [option]: '1h' })).toThrow(refused(option));
    }
    expect(() => make({ audit: 0.5 })).toThrow(refused('audit'));
    expect(() => forever(cache, { load: () => 'x' }, undefined as unknown as object)).toThrow(refused('name'));
    expect(() => make({ audit: { share: 2 } })).toThrow(refused('share'));
    expect(() => make({ audit: {} })).toThrow(refused('share'));
    expect(() => make({ audit: { share: 1, concurrency: 0 } })).toThrow(refused('concurrency'));
    expect(() => make({ audit: { share: 1, mend: 'yes' } })).toThrow(refused('mend'));
    expect(() => make({ audit: { share: 1, onStale: 1 } })).toThrow(refused('onStale'));
    expect(() => make({ audit: { share: 1, confirmAfter: '1 second' } })).toThrow(refused('confirmAfter'));
    expect(() => make({ audit: { share: 1, often: true } })).toThrow(refused('often'));
  });
});

describe('the audit', () => {
  it('finds a value that somebody forgot to invalidate, and leaves it there', async () => {
    const { cities, clock, table, found } = prepare({});
    await cities.set(5, LISBON);
    clock.advance(2_000);
    await table.write(LISBOA);
    expect(await cities.get(5)).toEqual(LISBON);
    await settled();
    expect(found).toEqual([]);
    clock.advance(1_000);
    await settled();
    expect(found).toEqual([{ key: 5, cached: LISBON, actual: LISBOA, age: 3_000 }]);
    expect(cities.audited).toEqual({ checked: 1, stale: 1, skipped: 0 });
    expect(await cities.get(5)).toEqual(LISBON);
  });

  it('finds one that is gone, and one that is there by now', async () => {
    const { cities, clock, table, found } = prepare({});
    await cities.set(5, LISBON);
    await table.clear();
    expect(await cities.getMany([5, 6])).toEqual([LISBON, undefined]);
    await table.write(PORTO);
    await settled();
    clock.advance(1_000);
    await settled();
    const finding = { age: 1_000 };
    expect(found).toEqual([
      { ...finding, key: 5, cached: LISBON, actual: undefined },
      { ...finding, key: 6, cached: undefined, actual: PORTO },
    ]);
  });

  it('says nothing of values that are as they should be, or were invalidated in time', async () => {
    const { cities, clock, table, found } = prepare({});
    await cities.set(5, LISBON);
    await cities.get(5);
    await settled();
    await table.write(LISBOA);
    await cities.get(5);
    await settled();
    await cities.invalidate(5);
    clock.advance(1_000);
    await settled();
    await table.write(LISBON);
    await cities.refresh(5);
    await cities.get(5);
    await settled();
    expect(found).toEqual([]);
    expect(cities.audited).toEqual({ checked: 3, stale: 0, skipped: 0 });
  });

  it('says nothing of a difference that is gone, or that is another one, when it looks again', async () => {
    const { cities, clock, table, found } = prepare({});
    await cities.set(5, LISBON);
    await cities.set(6, PORTO);
    await table.write(LISBOA);
    await table.write({ ...PORTO, name: 'Oporto' });
    await cities.getMany([5, 6]);
    await settled();
    await table.write(LISBON);
    await cities.set(6, { ...PORTO, name: 'Cale' });
    await table.write(PORTO);
    clock.advance(1_000);
    await settled();
    expect(found).toEqual([]);
    expect(cities.audited).toEqual({ checked: 2, stale: 0, skipped: 0 });
  });

  it('refreshes what it finds if it is told to', async () => {
    const { cities, clock, table, found } = prepare({ mend: true });
    await cities.set(5, LISBON);
    await table.write(LISBOA);
    await cities.get(5);
    await settled();
    clock.advance(1_000);
    await settled();
    expect(found).toHaveLength(1);
    expect(await cities.get(5)).toEqual(LISBOA);
  });

  it('takes the word of `equals`', async () => {
    const { cities, clock, table, found } = prepare({ equals: (one, other) => one?.id === other?.id });
    await cities.set(5, LISBON);
    await table.write(LISBOA);
    await cities.get(5);
    await settled();
    clock.advance(1_000);
    await settled();
    expect(found).toEqual([]);
  });

  it('compares a share of what is read, and no more at once than it may', async () => {
    const none = prepare({ share: 0 });
    await none.cities.set(5, LISBON);
    await none.cities.get(5);
    await settled();
    expect(none.cities.audited.checked).toBe(0);
    const few = prepare({ concurrency: 1 });
    await few.cities.set(5, LISBON);
    await Promise.all([few.cities.get(5), few.cities.get(5), few.cities.get(5)]);
    await settled();
    expect(few.cities.audited).toEqual({ checked: 1, stale: 0, skipped: 2 });
    await few.cities.get(5);
    await settled();
    expect(few.cities.audited.checked).toBe(2);
  });

  it('tells by an event where nobody is told, and when it fails; the reader hears nothing', async () => {
    const { cities, clock, table, cache } = prepare({}, false);
    const errors = recordEvents(cache, 'error');
    await cities.set(5, LISBON);
    await table.write(LISBOA);
    await cities.get(5);
    await settled();
    clock.advance(1_000);
    await settled();
    expect(errors).toMatchObject([{ event: { operation: 'audit', key: cities.keyOf(5) } }]);
    table.failure = new Error('away');
    expect(await cities.get(5)).toEqual(LISBON);
    await settled();
    expect(errors.at(-1)).toMatchObject({ event: { operation: 'audit', error: table.failure } });
  });

  it('is not what is made around the read depends on', async () => {
    const { cache } = testCache();
    const rows = { a: 'x' };
    const load = async (key: 'a') => {
      await cache.getOrSet('audited only', () => 1, { tags: ['inner'] });
      return rows[key];
    };
    const values = forever(cache, { load }, { name: 'k', audit: { share: 1 } });
    await cache.set(values.keyOf('a'), 'x', { ttl: 'forever' });
    const gate = deferred<void>();
    const page = cache.getOrSet('page', async () => {
      const read = (await values.get('a')) ?? '';
      await gate.promise;
      return read;
    });
    await settled();
    expect(values.audited.checked).toBe(1);
    gate.resolve();
    await page;
    await cache.invalidateTags(['inner']);
    expect(await cache.get('page')).toBe('x');
  });

  it('ends with a load that hangs', async () => {
    const { cache, clock } = testCache();
    const errors = recordEvents(cache, 'error');
    let load = (): Promise<string> => Promise.resolve('x');
    const values = forever(cache, { load: () => load() }, { name: 'k', loadTimeout: 50, audit: { share: 1 } });
    await values.get('a');
    await settled();
    load = () => new Promise(() => {});
    await values.get('a');
    await settled();
    clock.advance(50);
    await settled();
    expect(errors).toMatchObject([{ event: { error: { code: 'ERR_CACHE_LOAD_TIMEOUT' } } }]);
  });
});
