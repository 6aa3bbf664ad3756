import type { KeyPart } from '../key.ts';
import type { LifetimeOptions } from '../lifetime-options.ts';

/** Renders a block to HTML that is safe to print as it is. */
export type RenderBlock = () => string | Promise<string>;

/**
 * Names a fragment and says how long it lives. Its key is the name, what it varies on, the locale and the digest of its
 * template.
 *
 * @example
 * const spec: Fragment = { name: 'city', varyOn: [city.id], ttl: '5m', tags: [`city:${city.id}`] };
 */
export interface Fragment extends LifetimeOptions {
  /** What kind of fragment it is: `'city'`. */
  readonly name: string;
  /** What tells fragments of this name apart: everything the block reads that differs from one request to another. Default: nothing. */
  readonly varyOn?: readonly KeyPart[];
  /** The language it is written in. Default: that of the page. */
  readonly locale?: string | undefined;
  /** Changes when the template does; the entries for engines give it. */
  readonly digest?: string | undefined;
  /** The name of the cache that keeps it, of those given to `createFragments`. */
  readonly using?: string | undefined;
  /** `false` renders the block without looking into the cache or storing anything. Default: true. */
  readonly when?: boolean | undefined;
  /** Sensitive locals that the block may read all the same, because it varies on their user. */
  readonly allow?: readonly string[] | undefined;
}
