import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cleared,
  newPage,
  type Page,
  printPage,
  raised,
  readPage,
  withRecord,
} from '../../../src/backends/memcached/page.ts';

const NOW = 1_800_000_000_000;

describe('page', () => {
  test('a new one begins after all positions that were given before, here or by a clock that is a minute ahead', () => {
    expect(newPage(NOW, 0).floor).toBeGreaterThanOrEqual(NOW + 60_000);
    expect(newPage(NOW, NOW + 1_000_000).floor).toBeGreaterThan(NOW + 1_000_000);
    expect(newPage(NOW, 0).id).not.toBe(newPage(NOW, 0).id);
    expect(newPage(NOW, 0).records).toEqual([]);
  });

  test('positions come from the clock and always grow', () => {
    const page = newPage(NOW, 0);
    expect(withRecord(page, ['a'], NOW).head).toBe(page.head + 1);
    expect(withRecord(page, ['a'], page.head + 500.5).head).toBe(page.head + 501);
  });

  test('comes back from its text', () => {
    const names = fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 }), { maxLength: 5 });
    const property = fc.property(names, (all) => {
      const page = all.reduce<Page>((last, each) => withRecord(last, each, NOW), newPage(NOW, 0));
      expect(readPage(printPage(page))).toEqual(page);
    });
    expect(fc.check(property).failed).toBe(false);
  });

  test.each([
    undefined,
    '',
    'null',
    '{}',
    '[]',
    '[2,"a",1,1,1,[]]',
    '[1,"a",1,1,1,[[0,[]]]]',
    '[1,"a",1,1,1,[[1,[2]]]]',
    '[1,"a",1,-1,1,[]]',
  ])('anything else is no page: %s', (text) => {
    expect(readPage(text)).toBeUndefined();
  });

  test('stays small: the oldest records make room, and the floor says so', () => {
    let page = newPage(NOW, 0);
    for (let count = 0; count < 300; count += 1) page = withRecord(page, ['x'.repeat(1_000), `${count}`], NOW);
    expect(printPage(page).length).toBeLessThan(110_000);
    expect(page.records.at(-1)?.[1]).toEqual(['x'.repeat(1_000), '299']);
    expect(page.floor).toBe((page.records[0]?.[0] ?? 0) - 1);
  });

  test('a record that has no room invalidates everything', () => {
    const page = withRecord(newPage(NOW, 0), ['x'.repeat(200_000)], NOW);
    expect(page).toMatchObject({ floor: page.head, records: [] });
  });

  test('clearing changes the names of items only', () => {
    const page = withRecord(newPage(NOW, 0), ['a'], NOW);
    expect(cleared(page)).toEqual({ ...page, generation: page.generation + 1 });
  });

  test('raised: beyond what was known, with nothing remembered', () => {
    const page = withRecord(newPage(NOW, 0), ['a'], NOW);
    expect(raised(page, page.head + 10)).toMatchObject({ floor: page.head + 11, head: page.head + 11, records: [] });
  });
});
