/** What a city's card shows: as much as the page of a city in the Atlas, without its map. */
export interface Card {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly country: string;
  readonly population: number;
  readonly rank: number;
  readonly cities: number;
  readonly lat: number;
  readonly lon: number;
  readonly favourites: number;
  readonly neighbours: readonly Neighbour[];
}

/** A city near another one. */
export interface Neighbour {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly country: string;
  readonly kilometres: number;
  readonly bearing: number;
}

/** As many as on the page of a city in the Atlas. */
const NEIGHBOURS = 12;

/** Different cards; the same each time. */
export function createCards(count: number): Card[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    name: `City ${id} d'Azur`,
    kind: 'Regional capital',
    country: `Country ${id % 7}`,
    population: 15_000 + id * 1_717,
    rank: id + 1,
    cities: 1_200 + id,
    lat: (id % 90) - 45.3,
    lon: (id % 180) - 90.7,
    favourites: id % 5,
    neighbours: Array.from({ length: NEIGHBOURS }, (__, index) => ({
      id: id * 100 + index,
      name: `Neighbour ${index} & ${id}`,
      kind: 'Town',
      country: `Country ${id % 7}`,
      kilometres: 3.2 + index * 17,
      bearing: (index * 31) % 360,
    })),
  }));
}

const numbers = new Intl.NumberFormat('en');
const winds = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];

/** What templates print numbers with; the same as in the Atlas. */
export const format = {
  number: (value: number): string => numbers.format(value),
  position: (lat: number, lon: number): string => `${angle(lat, 'N', 'S')}, ${angle(lon, 'E', 'W')}`,
  distance: (kilometres: number): string =>
    kilometres < 10 ? `${kilometres.toFixed(1)} km` : `${numbers.format(Math.round(kilometres))} km`,
  wind: (degrees: number): string => winds[Math.round(degrees / 45) % winds.length] ?? '',
} as const;

function angle(degrees: number, positive: string, negative: string): string {
  const minutes = Math.round(Math.abs(degrees) * 60);
  const rest = String(minutes % 60).padStart(2, '0');
  return `${Math.floor(minutes / 60)}°${rest}′ ${degrees < 0 ? negative : positive}`;
}
