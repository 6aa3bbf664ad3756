/** A city as the builder stores it; the folded name is derived. */
export interface CityRow {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly kind: string;
  readonly population: number;
  readonly lat: number;
  readonly lon: number;
}

/** A country as the builder stores it. */
export interface CountryRow {
  readonly code: string;
  readonly name: string;
  readonly native: string;
  readonly continent: string;
  readonly capital: string;
  readonly currencies: readonly string[];
  readonly languages: readonly string[];
  readonly phones: readonly number[];
}

/** Everything an atlas file is made of. */
export interface AtlasRows {
  readonly countries: readonly CountryRow[];
  readonly cities: readonly CityRow[];
}
