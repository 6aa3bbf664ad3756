import { query } from '../data/database.ts';
import type { Country } from './model.ts';
import { lasting, missing, type Sources } from './sources.ts';
import { tags } from './tags.ts';

interface CountryRecord extends Omit<Country, 'currencies' | 'languages' | 'phones'> {
  readonly currencies: string;
  readonly languages: string;
  readonly phones: string;
}

/** Reads of countries. */
export interface Countries {
  /** All countries by name. */
  countries(): Promise<readonly Country[]>;
  /** One country, or null if no country has this code. */
  country(code: string): Promise<Country | null>;
}

const select = `SELECT c.code, c.name, c.native, c.continent, c.capital, c.currencies, c.languages, c.phones,
  (SELECT count(*) FROM cities WHERE country = c.code) AS cities FROM countries AS c`;

/** Creates the reads of countries. */
export function createCountries({ database, cache }: Sources): Countries {
  const every = query<CountryRecord>(database, `${select} ORDER BY c.name`);
  const one = query<CountryRecord>(database, `${select} WHERE c.code = ?`);

  return {
    countries: () =>
      cache.getOrSet(['countries'], () => every.all().map(toCountry), { ttl: lasting, tags: [tags.countries] }),

    country: (code) =>
      cache.getOrSet<Country | null>(
        ['country', code],
        (context) => {
          const record = one.first(code);
          if (record) return toCountry(record);
          context.lifetime(missing);
          return null;
        },
        { ttl: lasting, tags: [tags.countries] },
      ),
  };
}

function toCountry(record: CountryRecord): Country {
  return {
    ...record,
    currencies: JSON.parse(record.currencies) as string[],
    languages: JSON.parse(record.languages) as string[],
    phones: JSON.parse(record.phones) as number[],
  };
}
