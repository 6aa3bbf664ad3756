import { expect, test } from 'vitest';
import { createTestAtlas } from '../support/atlas.ts';

test('visits are counted by path, and the database has them a second later', async () => {
  const { atlas, database, clock } = createTestAtlas();
  expect(await atlas.visits('/')).toBe(0);
  atlas.countVisit('/');
  atlas.countVisit('/');
  atlas.countVisit('/search');
  expect([await atlas.visits('/'), await atlas.visits('/search')]).toEqual([2, 1]);
  const stored = (): unknown[] => database.prepare('SELECT path, count FROM visits ORDER BY path').all();
  expect(stored()).toEqual([]);
  clock.advance(1_000);
  await expect.poll(stored).toMatchObject([
    { path: '/', count: 2 },
    { path: '/search', count: 1 },
  ]);
});

test('a database that cannot be written harms nobody: counts wait', async () => {
  const { atlas, database, clock } = createTestAtlas();
  database.exec('PRAGMA query_only = ON');
  atlas.countVisit('/');
  expect(await atlas.visits('/')).toBe(1);
  clock.advance(1_000);
  atlas.countVisit('/');
  expect(await atlas.visits('/')).toBe(2);
  database.exec('PRAGMA query_only = OFF');
  await atlas.close();
  expect(database.prepare('SELECT count FROM visits').get()).toMatchObject({ count: 2 });
});
