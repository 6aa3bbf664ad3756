import type { FragmentsOptions } from '../../../src/fragments/index.ts';
import { createFragments, type Fragments } from '../../../src/fragments/index.ts';
import { type Backend, type Cache, createCache, type Store } from '../../../src/index.ts';
import { type FakeClock, fakeClock } from '../../../src/testing/index.ts';
import type { FragmentEngine, FragmentPages } from './engine.ts';
import type { Partials, Template } from './template.ts';

/** A cache, fragments in it, and an engine that uses them. */
export interface World extends FragmentPages {
  readonly cache: Cache;
  readonly clock: FakeClock;
  readonly fragments: Fragments;
  /** Whether entries are in this process. */
  readonly near: boolean;
  /** The calls that the backend got: `'getMany 3'`. */
  readonly calls: string[];
  /** The same cache and an engine with other partial templates. */
  readonly redeploy: (partials: Partials) => FragmentPages;
}

export function openWorld(
  engine: FragmentEngine,
  backend: Backend,
  { partials = {}, ...options }: FragmentsOptions & { readonly partials?: Partials } = {},
): World {
  const clock = fakeClock();
  const calls: string[] = [];
  const cache = createCache({ backend: watched(backend, calls), clock, ttl: '1h' });
  const fragments = createFragments(cache, options);
  const pages = engine.open(fragments, partials);
  return {
    cache,
    clock,
    fragments,
    near: backend.kind === 'memory',
    calls,
    render: (template, locals, page) => pages.render(template, locals, page),
    redeploy: (others) => engine.open(fragments, others),
  };
}

function watched(backend: Backend, calls: string[]): Backend {
  const noting = (store: Store): Store =>
    new Proxy(store, {
      get(_, name: keyof Store) {
        const member: unknown = Reflect.get(store, name, store);
        if (typeof member !== 'function') return member;
        return (...values: unknown[]): unknown => {
          calls.push(Array.isArray(values[0]) ? `${name} ${values[0].length}` : name);
          return Reflect.apply(member, store, values);
        };
      },
    });
  return {
    kind: backend.kind,
    open: (context) => noting(backend.open(context)),
    close: () => backend.close(),
  };
}

/** Something that templates print, and how often its name was printed. */
export interface City {
  readonly id: number;
  readonly tag: string;
  readonly name: { toString(): string };
  readonly reads: number;
}

export function city(id: number, name: string = `city ${id}`): City {
  let reads = 0;
  return {
    id,
    tag: `city:${id}`,
    name: {
      toString() {
        reads += 1;
        return name;
      },
    },
    get reads() {
      return reads;
    },
  };
}

/** How often the names were printed, in order. */
export function readsOf(cities: readonly City[]): number[] {
  return cities.map(({ reads }) => reads);
}

/** A list in which each city is a fragment. */
export const CITIES: Template = [
  '<ul>',
  {
    each: 'cities',
    as: 'city',
    body: [
      {
        cache: 'city',
        vary: ['city.id'],
        options: { ttl: '5m', tags: '=city.tag' },
        body: ['<li>', { index: true }, ' ', { print: 'city.name' }, '</li>'],
      },
    ],
  },
  '</ul>',
];
