import Database from 'libsql';
import { foldName } from './fold.ts';
import type { AtlasRows } from './rows.ts';
import { applicationId, dataVersion, indexes, tables } from './schema.ts';

/** Writes a new atlas file in one transaction. The file must not exist yet. */
export function buildDatabase(file: string, rows: AtlasRows): void {
  const database = new Database(file);
  try {
    // The file has no name that anybody opens yet, so durability would only cost time.
    database.pragma('journal_mode = OFF');
    database.pragma('synchronous = OFF');
    database.transaction(() => {
      database.exec(tables);
      insertRows(database, rows);
      database.exec(indexes);
      database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${dataVersion}`);
    })();
  } finally {
    database.close();
  }
}

function insertRows(database: Database.Database, { countries, cities }: AtlasRows): void {
  const country = database.prepare('INSERT INTO countries VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  for (const row of countries) {
    const lists = [row.currencies, row.languages, row.phones].map((list) => JSON.stringify(list));
    country.run(row.code, row.name, row.native, row.continent, row.capital, ...lists);
  }
  const city = database.prepare('INSERT INTO cities VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  for (const row of cities) {
    city.run(row.id, row.name, foldName(row.name), row.country, row.kind, row.population, row.lat, row.lon);
  }
}
