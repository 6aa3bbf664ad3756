/** A country with what the atlas knows of its cities. */
export interface Country {
  readonly code: string;
  readonly name: string;
  readonly native: string;
  readonly continent: string;
  readonly capital: string;
  readonly currencies: readonly string[];
  readonly languages: readonly string[];
  readonly phones: readonly number[];
  readonly cities: number;
}

/** A city as GeoNames records it. */
export interface City {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly country: string;
  readonly countryName: string;
  readonly population: number;
  readonly lat: number;
  readonly lon: number;
}

/** A city seen from another one. */
export interface Neighbour {
  readonly city: City;
  readonly kilometres: number;
  /** Where it lies, in degrees clockwise from north. */
  readonly bearing: number;
}

/** A cell of the inhabited world, by its south-western corner in whole degrees. */
export interface Cell {
  readonly lat: number;
  readonly lon: number;
}

/** One page of a longer list. */
export interface Slice<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

/** A city that a visitor chose, and when (milliseconds since 1970). */
export interface Favourite {
  readonly city: City;
  readonly createdAt: number;
}

/** What became of a wish to add a favourite. */
export type Addition = 'added' | 'present' | 'full' | 'unknown city';

/** Kilometres and miles; the first is what is told before anybody has chosen. */
export const lengthUnits = ['km', 'mi'] as const;

/** In what distances are told. */
export type LengthUnit = (typeof lengthUnits)[number];
