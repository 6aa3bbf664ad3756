import { expect, test } from 'vitest';
import { createTestAtlas } from '../support/atlas.ts';

test('visits are counted by path and never cached', () => {
  const { atlas, takeLoads } = createTestAtlas();
  expect(atlas.visits('/')).toBe(0);
  atlas.countVisit('/');
  atlas.countVisit('/');
  atlas.countVisit('/search');
  expect([atlas.visits('/'), atlas.visits('/search')]).toEqual([2, 1]);
  expect(takeLoads()).toEqual([]);
});

test('a count that cannot be written harms nobody', () => {
  const { atlas, database } = createTestAtlas();
  database.exec('PRAGMA query_only = ON');
  atlas.countVisit('/');
  expect(atlas.visits('/')).toBe(0);
});
