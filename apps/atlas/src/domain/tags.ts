/** The names of what can change, each spelled here and nowhere else. */
export const tags = {
  /** The set of countries and the facts of each. */
  countries: 'countries',
  /** The set of cities: lists, searches, neighbours. */
  cities: 'cities',
  /** One city's facts. */
  city: (id: number): string => `city:${id}`,
  /** One visitor's list. */
  favourites: (visitor: string): string => `favourites:${visitor}`,
  /** How many visitors chose a city. */
  favouriteCount: (cityId: number): string => `favourite-count:${cityId}`,
};
