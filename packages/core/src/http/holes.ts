import { invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { PolicyRequest } from './policy-condition.ts';

/** What a function that fills a hole is given: the request as it came, of which the handler sees only what the key covers. */
export interface HoleRequest<Context = unknown> extends PolicyRequest {
  /**
   * What the framework knows of the request: the request of Express and of Nest (Express's or Fastify's), the context of Koa and of Hono;
   * else the request itself.
   */
  readonly context: Context;
  /** Aborts when nobody waits for the hole any longer. */
  readonly signal: AbortSignal;
}

/** Returns what stands in a hole for this request: HTML that is safe to print as it is. */
export type HoleFill<Context = unknown> = (request: HoleRequest<Context>) => string | Promise<string>;

/** A hole that says what stands there if filling it fails. */
export interface Hole<Context = unknown> {
  readonly fill: HoleFill<Context>;
  /** Stands there if `fill` throws or takes longer than `holeTimeout`; the cache tells by an `error` event. Default: the page fails. */
  readonly otherwise?: string;
}

/** What fills the holes of the responses of a policy, by name. */
export type Holes<Context = unknown> = Readonly<Record<string, HoleFill<Context> | Hole<Context>>>;

/** The holes of a policy by name, checked. The adapter of a framework gives their functions what that framework has. */
export type ResolvedHoles = ReadonlyMap<string, Hole>;

/** @throws CacheError `ERR_CACHE_OPTION` */
export function resolveHoles(holes: Holes<never> | undefined): ResolvedHoles | undefined {
  if (holes === undefined) return undefined;
  if (typeof holes !== 'object' || holes === null || Array.isArray(holes)) {
    throw invalidOption('holes', holes, 'an object of functions by the names of holes');
  }
  const names = Object.keys(holes).sort();
  if (names.length === 0) return undefined;
  return new Map(names.map((name) => [name, resolveHole(name, holes[name])]));
}

function resolveHole(name: string, given: HoleFill<never> | Hole<never> | undefined): Hole {
  const option = `holes.${name}`;
  if (name === '') throw invalidOption('holes', name, 'names that are not empty');
  if (typeof given === 'function') return { fill: given as unknown as HoleFill };
  if (typeof given !== 'object' || given === null || typeof given.fill !== 'function') {
    throw invalidOption(option, given, 'a function of the request that returns HTML, or `{ fill, otherwise }`');
  }
  rejectUnknownOptions(given, ['fill', 'otherwise']);
  if (given.otherwise !== undefined && typeof given.otherwise !== 'string') {
    throw invalidOption(`${option}.otherwise`, given.otherwise, 'HTML as a string');
  }
  return given as unknown as Hole;
}
