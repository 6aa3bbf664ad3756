import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { expect, test } from 'vitest';
import { openDatabase, query } from '../../src/data/database.ts';
import { prepareFile } from '../../src/data/prepare.ts';
import type { AtlasRows } from '../../src/data/rows.ts';
import { dataVersion } from '../../src/data/schema.ts';
import { temporaryFolder } from '../support/folder.ts';
import { rows } from '../support/rows.ts';

function createSource(): { reads: number; read: () => Promise<AtlasRows> } {
  const source = {
    reads: 0,
    read: () => {
      source.reads += 1;
      return Promise.resolve(rows);
    },
  };
  return source;
}

const quiet = (): void => {};

function countCities(file: string): number | undefined {
  const database = openDatabase(file);
  try {
    return query<{ total: number }>(database, 'SELECT count(*) AS total FROM cities').first()?.total;
  } finally {
    database.close();
  }
}

test('a missing file is built in a missing folder, completely and without leftovers', async () => {
  const folder = join(temporaryFolder(), 'deep');
  const file = join(folder, 'atlas.sqlite');
  const lines: string[] = [];
  await prepareFile(file, createSource().read, (line) => lines.push(line));
  expect(readdirSync(folder)).toEqual(['atlas.sqlite']);
  expect(countCities(file)).toBe(rows.cities.length);
  expect(lines[0]).toBe(`Building ${file}`);
  expect(lines[1]).toMatch(/^Stored 59 cities of 6 countries in \d+\.\d s$/);
});

test('a file of the current version is used as it is', async () => {
  const file = join(temporaryFolder(), 'atlas.sqlite');
  const source = createSource();
  await prepareFile(file, source.read, quiet);
  const lines: string[] = [];
  await prepareFile(file, source.read, (line) => lines.push(line));
  expect(source.reads).toBe(1);
  expect(lines).toEqual([`Using ${file}`]);
});

test('a file of another version is built again, and its write-ahead log is not replayed into the new one', async () => {
  const file = join(temporaryFolder(), 'atlas.sqlite');
  const source = createSource();
  await prepareFile(file, source.read, quiet);
  const old = openDatabase(file);
  old.exec(`PRAGMA user_version = ${dataVersion + 1}; DELETE FROM cities`);
  expect(existsSync(`${file}-wal`)).toBe(true);
  await prepareFile(file, source.read, quiet);
  old.close();
  expect(source.reads).toBe(2);
  expect(countCities(file)).toBe(rows.cities.length);
});

test.each([
  ['text', (file: string) => writeFileSync(file, 'a diary, certainly no database'.repeat(100))],
  [
    'another database',
    (file: string) => {
      const database = new Database(file);
      database.exec('CREATE TABLE diary (day TEXT)');
      database.close();
    },
  ],
])('a file that is %s is refused and left alone', async (_what, write) => {
  const file = join(temporaryFolder(), 'diary');
  write(file);
  const source = createSource();
  await expect(prepareFile(file, source.read, quiet)).rejects.toThrow('is not an atlas file and is left alone');
  expect(source.reads).toBe(0);
  expect(existsSync(file)).toBe(true);
});
