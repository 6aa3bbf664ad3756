/** Marks a SQLite file as an atlas, so that no other file is ever replaced. */
export const applicationId = 0x41544c53;

/** Raised whenever the tables or the data in them change; files of another version are rebuilt. */
export const dataVersion = 2;

/** Tables of an atlas. */
export const tables = `
  CREATE TABLE countries (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    native TEXT NOT NULL,
    continent TEXT NOT NULL,
    capital TEXT NOT NULL,
    currencies TEXT NOT NULL,
    languages TEXT NOT NULL,
    phones TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE cities (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    country TEXT NOT NULL REFERENCES countries (code),
    kind TEXT NOT NULL,
    population INTEGER NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL
  ) STRICT;
  CREATE TABLE favourites (
    visitor TEXT NOT NULL,
    city_id INTEGER NOT NULL REFERENCES cities (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (visitor, city_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO settings VALUES ('distances', 'km');
  CREATE TABLE visits (
    path TEXT PRIMARY KEY,
    count INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Indexes, created after the rows because that is faster. */
export const indexes = `
  CREATE INDEX cities_by_population ON cities (country, population DESC);
  CREATE INDEX favourites_by_city ON favourites (city_id);
`;
