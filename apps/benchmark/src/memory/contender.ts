import type { City } from './city.ts';

/** A cache library that takes part. */
export interface Contender {
  readonly name: string;
  /** Makes a cache. The library is imported here and not before, so that the others run without it. */
  readonly create: (setting: Setting) => Subject | Promise<Subject>;
}

/** What a contender is given. Strings are made beforehand: they are no part of what is timed. */
export interface Setting {
  /** How many entries must fit. */
  readonly capacity: number;
  /** The string key of each id. */
  readonly keys: readonly string[];
  /** The two tags of each id. */
  readonly tags: readonly (readonly string[])[];
  /** The origin. */
  readonly load: (id: number) => Promise<City>;
}

/** A cache of one contender, behind functions that add as little as possible. */
export interface Subject {
  /** The cached city, or else the loaded one, which is then cached. */
  readonly read: (id: number) => Answer | Promise<Answer>;
  /** Set when a hit gives the city itself and not a promise of it. */
  readonly synchronousHits?: true;
  readonly write?: (id: number, city: City) => unknown;
  readonly invalidateTag?: (tag: string) => unknown;
  readonly close?: () => unknown;
}

/** What a library may answer; only the city is right. */
export type Answer = City | null | undefined;

/** How long everything is cached, in milliseconds. */
export const TTL_MS = 3_600_000;

/** Makes the strings for ids below `count`, and counts how often the origin is asked. */
export function createSetting(count: number, origin: (id: number) => Promise<City>): Setting & { loads: number } {
  const setting = {
    capacity: count,
    keys: Array.from({ length: count }, (_, id) => keyOf(id)),
    tags: Array.from({ length: count }, (_, id) => tagsOf(id)),
    loads: 0,
    load: (id: number) => {
      setting.loads++;
      return origin(id);
    },
  };
  return setting;
}

/** The id in a key, for libraries whose loader is given nothing else. */
export function idOf(key: string): number {
  return Number(key.slice(key.indexOf(':') + 1));
}

function keyOf(id: number): string {
  return `city:${id}`;
}

function tagsOf(id: number): readonly string[] {
  return [`city:${id}`, `country:${id % 200}`];
}
