/** The value that the memory scenarios cache: about 1 KB as JSON, with nested parts. */
export interface City {
  id: number;
  name: string;
  country: { code: string; name: string };
  location: { latitude: number; longitude: number };
  population: number;
  alternateNames: string[];
  description: string;
}

/** Makes the city of an id anew; two calls give equal but different objects. */
export function cityOf(id: number): City {
  return {
    id,
    name: `City ${id}`,
    country: { code: `C${id % 200}`, name: `Country ${id % 200}` },
    location: { latitude: (id % 180) - 90 + 0.25, longitude: (id % 360) - 180 + 0.5 },
    population: 15_000 + id * 17,
    alternateNames: Array.from({ length: 8 }, (_, index) => `Alternate name ${index} of ${id}`),
    description: `${id} `.padEnd(600, 'a city by the sea, known for its market, '),
  };
}
