import type { Holes } from '@cache/core/node';
import type { Atlas } from '../domain/atlas.ts';
import { favouriteForm } from '../views/city.ts';
import { parseCityId } from './input.ts';
import { readVisitor } from './visitor.ts';

/** What differs from one visitor to another in pages that are stored once for all, by the names of the holes. */
export function createHoles(atlas: Atlas): Holes {
  return {
    favourite: {
      fill: async ({ url, header }) => {
        const [, text = ''] = /^\/cities\/([^/?]*)/.exec(url) ?? [];
        const id = parseCityId(text);
        const visitor = readVisitor(header('cookie'));
        if (id === undefined) return '';
        const chosen = visitor === undefined ? [] : await atlas.favourites(visitor);
        return favouriteForm(
          id,
          chosen.some(({ city }) => city.id === id),
        ).text;
      },
      // The page of a city is worth something without it.
      otherwise: '',
    },
  };
}
