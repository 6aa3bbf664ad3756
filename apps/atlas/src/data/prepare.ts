import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { buildDatabase } from './build.ts';
import { query } from './database.ts';
import type { AtlasRows } from './rows.ts';
import { StartError } from '../start-error.ts';
import { applicationId, dataVersion } from './schema.ts';

/** Makes sure that an atlas of the current version exists at `file`, building it if needed. */
export async function prepareFile(
  file: string,
  source: () => Promise<AtlasRows>,
  print: (line: string) => void,
): Promise<void> {
  if (isCurrent(file)) {
    print(`Using ${file}`);
    return;
  }
  print(`Building ${file}`);
  const start = performance.now();
  const rows = await source();
  const built = `${file}.${process.pid}.tmp`;
  mkdirSync(dirname(file), { recursive: true });
  rmSync(built, { force: true });
  try {
    buildDatabase(built, rows);
    // Another process may have built it meanwhile, and may already write to it.
    if (!isCurrent(file)) replace(file, built);
  } finally {
    rmSync(built, { force: true });
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  print(`Stored ${rows.cities.length} cities of ${rows.countries.length} countries in ${seconds} s`);
}

function isCurrent(file: string): boolean {
  if (!existsSync(file) || statSync(file).size === 0) return false;
  const { application, version } = readMarks(file);
  if (application !== applicationId) {
    throw new StartError(`${file} is not an atlas file and is left alone; set ATLAS_DATA to another path`);
  }
  return version === dataVersion;
}

function readMarks(file: string): { application?: number; version?: number } {
  let database: Database.Database | undefined;
  try {
    database = new Database(file);
    const application = query<{ application_id: number }>(database, 'PRAGMA application_id').first();
    const version = query<{ user_version: number }>(database, 'PRAGMA user_version').first();
    return { application: application?.application_id ?? 0, version: version?.user_version ?? 0 };
  } catch {
    return {};
  } finally {
    database?.close();
  }
}

function replace(file: string, built: string): void {
  // A write-ahead log left by the old file would be replayed into the new one.
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  renameSync(built, file);
}
