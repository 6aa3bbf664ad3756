import type { City } from '../memory/city.ts';

/** A library that keeps cities outside of the process. */
export interface StoreContender {
  readonly name: string;
  /** Opens the store. The library is imported here and not before, so that the others run without it. */
  readonly create: (setting: StoreSetting) => StoreSubject | Promise<StoreSubject>;
}

/** What a contender is given. Strings are made beforehand: they are no part of what is timed. */
export interface StoreSetting {
  /** A URL, or a folder; nobody else uses it at the same time, and it is empty. */
  readonly place: string;
  /** The string key of each id. */
  readonly keys: readonly string[];
  /** The two tags of each id. */
  readonly tags: readonly (readonly string[])[];
}

/** A cache of one contender, behind functions that add as little as possible. */
export interface StoreSubject {
  readonly read: (id: number) => Found | Promise<Found>;
  /** In one call of the library. */
  readonly readMany?: (ids: readonly number[]) => Promise<readonly Found[]>;
  readonly write: (id: number, city: City) => unknown;
  readonly close: () => unknown;
}

/** A city, or nothing. */
export type Found = City | null | undefined;

/** How long everything is cached, in milliseconds. */
export const TTL_MS = 3_600_000;

export function createStoreSetting(place: string, count: number): StoreSetting {
  return {
    place,
    keys: Array.from({ length: count }, (_, id) => `city:${id}`),
    tags: Array.from({ length: count }, (_, id) => [`city:${id}`, `country:${id % 200}`]),
  };
}
