import type { Cache } from '../cache.ts';
import type { Caches } from '../create-caches.ts';
import { currentDependencies, limitLifetime } from '../dependencies.ts';
import { CacheError, invalidOption, rejectUnknownOptions } from '../errors.ts';
import type { KeyPart } from '../key.ts';
import { LIFETIME_OPTIONS, type LifetimeOptions } from '../lifetime-options.ts';
import type { Space } from '../space.ts';
import type { GetOrSetOptions } from '../value-loads.ts';
import type { Fragment, RenderBlock } from './fragment.ts';
import { answerNow } from './lookup.ts';
import { fillHoles } from './markup.ts';
import { type Block, currentPass, type Pass, type PassContext } from './pass.ts';
import { renderMarkup } from './rounds.ts';
import { guardLocals, SENSITIVE } from './sensitive.ts';
import { Shelves, tagOf } from './shelf.ts';
import { Place, type Wanted } from './wanted.ts';

/** Options of `createFragments`. Lifetimes and tags are those of fragments that say nothing. */
export interface FragmentsOptions extends LifetimeOptions {
  /** Which of several caches keeps fragments that name none. Default: the first. */
  readonly using?: string;
  /** A part of every key: the number of a release, if templates change in ways that their digests do not see. Default: none. */
  readonly version?: string;
  /**
   * Locals that a cached block must not read, unless its `allow` names them. Default: `csrf`, `csrfToken`, `_csrf`, `nonce`,
   * `cspNonce`, `user`, `currentUser`, `session`, `flash`.
   */
  readonly sensitive?: readonly string[];
  /**
   * What happens when one does: `'refuse'` (default) makes rendering fail with `ERR_CACHE_SENSITIVE`; `'report'` tells by an `error`
   * event of the cache, and the block is rendered but not stored.
   */
  readonly onSensitive?: 'refuse' | 'report';
}

/** Options of one page. */
export interface PageOptions {
  /** What fills the holes, by name: HTML that is safe to print as it is. Called once for each name that the page has. */
  readonly holes?: Readonly<Record<string, RenderBlock>>;
  /** The language of the page, for fragments that name none. */
  readonly locale?: string | undefined;
}

const OPTIONS = [...LIFETIME_OPTIONS, 'using', 'version', 'sensitive', 'onSensitive'];
const FRAGMENT = [...LIFETIME_OPTIONS, 'name', 'varyOn', 'locale', 'digest', 'using', 'when', 'allow'];

/**
 * Parts of templates in a cache. Made by `createFragments`; the entries for template engines (`@cache/core/fragments/…`) are
 * made of this.
 */
export class Fragments {
  readonly #shelves: Shelves;
  readonly #options: FragmentsOptions;

  /** @internal use `createFragments` */
  constructor(caches: Cache | Caches<string>, options: FragmentsOptions) {
    rejectUnknownOptions(options, OPTIONS);
    const { onSensitive } = options;
    if (onSensitive !== undefined && onSensitive !== 'refuse' && onSensitive !== 'report') {
      throw invalidOption('onSensitive', onSensitive, "'refuse' or 'report'");
    }
    this.#options = options;
    this.#shelves = new Shelves(caches, options.using, options.version);
  }

  /**
   * Renders a page. All its fragments are looked up in one round trip; only the blocks of those that are missing run. A hole that
   * the policy of the response around it fills (`cacheResponse` with `holes`) is left to that. A page whose holes were filled is for one
   * request: a response or value made of it is not stored.
   *
   * @param render runs a template. May run again, if blocks that must be rendered in place are missing
   * @throws what a template or a block throws; CacheError `ERR_CACHE_OPTION` for a hole that nothing fills
   * @example
   * const html = await fragments.page(() => template(locals), { holes: { greeting: () => `Hello ${escape(name)}` } });
   */
  async page(render: RenderBlock, options: PageOptions = {}): Promise<string> {
    rejectUnknownOptions(options, ['holes', 'locale']);
    const around = currentPass()?.context;
    const { holes = {}, locale = around?.locale } = options;
    const markup = await renderMarkup(render, { block: around?.block, locale }, this.#shelves.began());
    if (typeof markup === 'string') return markup;
    const names = [...new Set(markup.holes)];
    const marks = currentDependencies()?.marks;
    if (!names.every((name) => marks?.has(name))) limitLifetime(0);
    const fills = names.map(async (name) => {
      if (marks?.has(name) === true) return [name, marks.leave(name)] as const;
      const fill = Object.hasOwn(holes, name) ? holes[name] : undefined;
      if (fill === undefined) throw invalidOption(`holes.${name}`, fill, 'a function, because the page has that hole');
      return [name, await this.page(fill, { locale })] as const;
    });
    return fillHoles(markup, new Map(await Promise.all(fills)));
  }

  /**
   * A block of a page, from the cache if it is there: for engines that render synchronously, and wherever a block can be rendered
   * after the template around it. What is returned is to be printed as it is.
   *
   * @throws CacheError `ERR_CACHE_PLACE` outside of `page`; `ERR_CACHE_SENSITIVE`, `ERR_CACHE_OPTION`, `ERR_CACHE_KEY`
   * @example
   * fragments.block({ name: 'city', varyOn: [city.id], ttl: '5m' }, () => `<li>${escape(city.name)}</li>`)
   */
  block(fragment: Fragment, render: () => string): string;
  block(fragment: Fragment, render: RenderBlock): string | Promise<string>;
  block(fragment: Fragment, render: RenderBlock): string | Promise<string> {
    return this.blockLater(fragment, () => render);
  }

  /**
   * `block` for engines that have to keep what the block reads, because it changes when the template goes on.
   *
   * @param capture keeps it, and returns what renders the block; not called for a fragment that is there
   */
  blockLater(fragment: Fragment, capture: () => RenderBlock): string | Promise<string> {
    const pass = currentPass() ?? outside(fragment.name);
    if (fragment.when === false) return capture()();
    const place = this.#place(fragment, pass.context);
    const there = answerNow(place);
    return there === undefined
      ? pass.want(this.#wanted(fragment, place, pass, capture(), 'any time'))
      : pass.put(there);
  }

  /**
   * `block` for engines whose blocks must run where they stand, because they read variables that change later. Where fragments are
   * missing the template runs again, once for each level of them, with the blocks that are to be rendered.
   *
   * @throws CacheError as `block`
   */
  blockInPlace(fragment: Fragment, render: () => string): string {
    const pass = currentPass() ?? outside(fragment.name);
    if (fragment.when === false) return render();
    const place = this.#place(fragment, pass.context);
    const job = pass.jobs.get(place.id);
    job?.write(render);
    const there = job === undefined ? answerNow(place) : job.markup;
    return there === undefined ? pass.want(this.#wanted(fragment, place, pass, render, 'in place')) : pass.put(there);
  }

  /**
   * Leaves a hole that is filled for each request, also in a fragment that comes from the cache. What is returned is to be
   * printed as it is.
   *
   * @throws CacheError `ERR_CACHE_PLACE` outside of `page`
   */
  hole(name: string): string {
    if (typeof name !== 'string' || name === '') throw invalidOption('name', name, 'a non-empty string');
    return (currentPass() ?? outside(name)).put({ hole: name });
  }

  /**
   * A copy of template locals in which sensitive ones can be read everywhere but in cached blocks. Strings, numbers and objects are
   * guarded; strings and numbers become objects that print as before.
   */
  guard<T extends object>(locals: T): T {
    return guardLocals(locals, this.#options.sensitive ?? SENSITIVE, refuseSensitive);
  }

  /**
   * Makes the fragments of a name that vary on exactly this invalid, in every locale and of every template, and all that they are
   * a part of; without `varyOn` all fragments of that name.
   *
   * @example
   * await fragments.invalidateFragment('city', [5]);
   */
  async invalidateFragment(name: string, varyOn?: readonly KeyPart[]): Promise<void> {
    if (typeof name !== 'string' || name === '') throw invalidOption('name', name, 'a non-empty string');
    await this.#shelves.invalidate(name, varyOn);
  }

  #place(fragment: Fragment, context: PassContext): Place {
    const { name, varyOn = [], locale = context.locale ?? null, digest = null, using, allow } = fragment;
    if (typeof name !== 'string' || name === '') throw invalidOption('name', name, 'a non-empty string');
    // Also for a fragment that is there: what it holds would go into the one around it.
    if (allow !== undefined) for (const local of allow) refuseAround(local, context.block);
    return new Place(this.#shelves.get(name, using), locale, digest, varyOn);
  }

  #wanted(fragment: Fragment, place: Place, pass: Pass, render: RenderBlock, renders: Wanted['renders']): Wanted {
    const { shelf, key, id } = place;
    rejectUnknownOptions(fragment, FRAGMENT);
    const { name, varyOn = [], locale = pass.context.locale, allow = [] } = fragment;
    const refuse = (local: string): void => this.#refuse(local, name, shelf.space);
    const block = { name, allow: new Set(allow), around: pass.context.block, refuse };
    const options = this.#lifetime(fragment, tagOf(name, varyOn));
    return { shelf, key, id, options, render, inside: { block, locale }, renders };
  }

  #lifetime(fragment: Fragment, tag: string): GetOrSetOptions {
    const options: Record<string, unknown> = {};
    for (const name of ['ttl', 'staleWhileRevalidate', 'staleIfError'] as const) {
      const duration = fragment[name] ?? this.#options[name];
      if (duration !== undefined) options[name] = duration;
    }
    return { ...options, tags: [tag, ...(fragment.tags ?? this.#options.tags ?? [])] };
  }

  #refuse(local: string, name: string, space: Space): void {
    const message =
      `The cached fragment "${name}" reads the local \`${local}\`, which others must not see; allowed: a hole, or ` +
      `\`allow: ['${local}']\` in a fragment that varies on it.`;
    const error = new CacheError('ERR_CACHE_SENSITIVE', message);
    if (this.#options.onSensitive !== 'report') {
      currentPass()?.fail(error);
      throw error;
    }
    space.report('fragment', error);
    limitLifetime(0);
  }
}

function outside(what: string): never {
  const message = `"${what}" is rendered outside of a page; allowed: within \`page()\`.`;
  throw new CacheError('ERR_CACHE_PLACE', message);
}

/** Refuses a sensitive local in every cached block that is being rendered and does not allow it. */
function refuseSensitive(local: string): void {
  refuseAround(local, currentPass()?.context.block);
}

function refuseAround(local: string, innermost: Block | undefined): void {
  for (let block = innermost; block !== undefined; block = block.around) {
    if (!block.allow.has(local)) return block.refuse(local);
  }
}

/**
 * Makes the fragment cache of an application.
 *
 * @param caches one cache, or several of which each fragment may name one by `using`
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * const fragments = createFragments(cache, { ttl: '10m' });
 */
export function createFragments(caches: Cache | Caches<string>, options: FragmentsOptions = {}): Fragments {
  return new Fragments(caches, options);
}
