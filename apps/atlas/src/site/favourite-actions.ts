import type { Atlas } from '../domain/atlas.ts';
import { parseCityId, safeReturn } from './input.ts';
import { type Reply, seeOther } from './reply.ts';
import type { Site } from './site.ts';
import { createVisitor, visitorCookie } from './visitor.ts';

/** A form sent by a visitor. */
export interface FavouriteForm {
  readonly cityId: string;
  /** Who sent it; a first favourite makes a visitor of somebody unknown. */
  readonly visitor: string | undefined;
  readonly parameters: URLSearchParams;
}

/** What the forms about favourites do. */
export interface FavouriteActions {
  add(form: FavouriteForm): Promise<Reply>;
  remove(form: FavouriteForm): Promise<Reply>;
}

/** Creates the actions. */
export function createFavouriteActions(atlas: Atlas, site: Site): FavouriteActions {
  return {
    add: async ({ cityId, visitor, parameters }) => {
      const id = parseCityId(cityId);
      if (id === undefined) return site.notFound();
      const known = visitor ?? createVisitor();
      const addition = await atlas.addFavourite(known, id);
      if (addition === 'unknown city') return site.notFound();
      if (addition === 'full') return site.problem(409);
      const reply = seeOther(`${safeReturn(parameters, `/cities/${id}`)}#added`);
      return visitor === undefined ? withCookie(reply, known) : reply;
    },

    remove: async ({ cityId, visitor, parameters }) => {
      const id = parseCityId(cityId);
      if (id === undefined) return site.notFound();
      if (visitor !== undefined) await atlas.removeFavourite(visitor, id);
      return seeOther(safeReturn(parameters, '/favourites'));
    },
  };
}

function withCookie(reply: Reply, visitor: string): Reply {
  return { ...reply, headers: { ...reply.headers, 'set-cookie': visitorCookie(visitor) } };
}
