import { setImmediate } from 'node:timers/promises';
import { refreshBehind } from '@cache/core/strategies';
import { type AtlasDatabase, query } from '../data/database.ts';
import { cityColumns, cityJoin } from './cities.ts';
import type { City, Neighbour } from './model.ts';
import { lively, type Sources } from './sources.ts';
import { bearing, distance, type Place } from './sphere.ts';
import { tags } from './tags.ts';

/** Cities around a city. */
export interface Nearby {
  /** The nearest cities, the closest first. Measures the way to every city on Earth. */
  nearby(city: City): Promise<readonly Neighbour[]>;
}

interface Position extends Place {
  readonly id: number;
}

interface Candidate {
  readonly id: number;
  readonly kilometres: number;
}

const neighbours = 12;
const stride = 8192;

/** Creates the search for neighbours. */
export function createNearby({ database, cache }: Sources): Nearby {
  const one = query<City>(database, `SELECT ${cityColumns} FROM ${cityJoin} WHERE c.id = ?`);
  const positions = createScan(database);

  const around = refreshBehind<number, readonly Neighbour[]>(
    cache,
    {
      async load(id, { signal, tag }) {
        const city = one.first(id);
        if (city === undefined) return undefined;
        const nearest: Candidate[] = [];
        for await (const rows of positions(signal)) {
          for (const other of rows) {
            if (other.id !== id) keepNearest(nearest, { id: other.id, kilometres: distance(city, other) });
          }
        }
        tag(...nearest.map((other) => tags.city(other.id)));
        return nearest.flatMap(({ id: otherId, kilometres }) => {
          const other = one.first(otherId);
          return other ? [{ city: other, kilometres, bearing: bearing(city, other) }] : [];
        });
      },
    },
    { key: (id) => ['nearby', id], ttl: lively, tags: (id) => [tags.city(id), tags.cities] },
  );

  return { nearby: async ({ id }) => (await around.get(id)) ?? [] };
}

/** Reads all positions, letting other requests through between strides. */
function createScan(database: AtlasDatabase): (signal: AbortSignal) => AsyncGenerator<Position[]> {
  const after = query<Position>(database, `SELECT id, lat, lon FROM cities WHERE id > ? ORDER BY id LIMIT ${stride}`);
  return async function* scan(signal) {
    let last = 0;
    for (;;) {
      const rows = after.all(last);
      yield rows;
      const end = rows.at(-1);
      if (!end || rows.length < stride) return;
      last = end.id;
      await setImmediate();
      signal.throwIfAborted();
    }
  };
}

function keepNearest(nearest: Candidate[], candidate: Candidate): void {
  const farthest = nearest.at(-1);
  if (nearest.length === neighbours && farthest && farthest.kilometres <= candidate.kilometres) return;
  const place = nearest.findIndex(({ kilometres }) => kilometres > candidate.kilometres);
  nearest.splice(place === -1 ? nearest.length : place, 0, candidate);
  if (nearest.length > neighbours) nearest.pop();
}
