import type { MaybePromise } from '../backends/backend.ts';
import type { Clock } from '../clock.ts';
import { CacheError, show } from '../errors.ts';
import { filledResponse } from './filled-response.ts';
import type { HoleRequest } from './holes.ts';
import type { ResolvedPolicy } from './policy.ts';
import type { StoredResponse } from './records.ts';
import type { HttpRequest } from './request.ts';

/** What filling the holes of a page takes. */
export interface FillingContext {
  readonly policy: ResolvedPolicy;
  readonly clock: Clock;
  readonly entityTag: (body: Uint8Array) => string | undefined;
  /** Tells of a hole that was not filled, if something else stands there. */
  readonly report: (operation: string, error: unknown) => void;
}

/**
 * Fills the holes of a page for one request: all together, each function called once, within `holeTimeout` altogether. At once, if
 * all functions answer at once. Rejects with what a function throws, or with a CacheError `ERR_CACHE_HOLE`.
 *
 * @param context what the framework knows of the request
 */
export function fillHoles(
  page: StoredResponse,
  asked: HttpRequest,
  context: unknown,
  filling: FillingContext,
): MaybePromise<StoredResponse> {
  const { policy, entityTag } = filling;
  const { targetedFields } = policy;
  const request = new FilledRequest(asked, context);
  const fills = new Map<string, string>();
  const later: (readonly [name: string, filled: Promise<string>])[] = [];
  for (const { name } of page.holes ?? []) {
    if (fills.has(name) || later.some(([other]) => other === name)) continue;
    const filled = fillHole(name, request, filling);
    if (typeof filled === 'string') fills.set(name, filled);
    else later.push([name, filled]);
  }
  const filledPage = (found: Awaited<ReturnType<typeof withinTime>>): StoredResponse =>
    filledResponse(page, { fills: new Map([...fills, ...found]), targetedFields, entityTag });
  if (later.length === 0) return filledPage([]);
  return withinTime(later, filling)
    .then((found) => filledPage(found))
    .finally(() => request.end());
}

/** Waits for holes that are being filled, each until the time is over. */
async function withinTime(
  later: readonly (readonly [name: string, filled: Promise<string>])[],
  filling: FillingContext,
): Promise<(readonly [name: string, html: string])[]> {
  const { clock, policy } = filling;
  let cancel = (): void => {};
  const expired = new Promise<never>((_, reject) => {
    const message = `A hole was not filled within ${policy.holeTimeout} ms (\`holeTimeout\`).`;
    cancel = clock.after(policy.holeTimeout, () => reject(new CacheError('ERR_CACHE_HOLE', message)));
  });
  expired.catch(() => {});
  const each = later.map(async ([name, filled]) => {
    try {
      return [name, await Promise.race([filled, expired])] as const;
    } catch (error) {
      return [name, otherwise(name, error, filling)] as const;
    }
  });
  try {
    return await Promise.all(each);
  } finally {
    cancel();
  }
}

function fillHole(name: string, request: FilledRequest, filling: FillingContext): MaybePromise<string> {
  try {
    const hole = filling.policy.holes?.get(name);
    if (hole === undefined) throw new CacheError('ERR_CACHE_HOLE', `Nothing fills the hole "${name}".`);
    const html: unknown = hole.fill(request);
    return typeof html === 'string' ? html : Promise.resolve(html).then((text) => textOf(name, text));
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

/** What stands in a hole that was not filled. */
function otherwise(name: string, error: unknown, { policy, report }: FillingContext): string {
  const hole = policy.holes?.get(name);
  if (hole?.otherwise === undefined) throw asError(name, error);
  report(`hole ${name}`, error);
  return hole.otherwise;
}

function textOf(name: string, html: unknown): string {
  if (typeof html === 'string') return html;
  // What marks HTML as safe is an object in many libraries.
  if (html instanceof String) return html.valueOf();
  throw new CacheError(
    'ERR_CACHE_HOLE',
    `The hole "${name}" was filled with ${show(html)}; allowed: a string of HTML.`,
  );
}

/** Frameworks take what is no error for a word of their own. */
function asError(name: string, thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new CacheError('ERR_CACHE_HOLE', `Filling the hole "${name}" failed with ${show(thrown)}.`);
}

/** The request as functions that fill holes get it; a signal is made where one asks for it. */
class FilledRequest implements HoleRequest {
  readonly method: string;
  readonly url: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly header: (name: string) => string | undefined;
  readonly context: unknown;
  #given: AbortController | undefined;
  #isOver = false;

  constructor({ method, url, target = url, scheme, host, header }: HttpRequest, context: unknown) {
    this.method = method;
    this.url = target;
    this.scheme = scheme;
    this.host = host;
    this.header = header;
    this.context = context;
  }

  get signal(): AbortSignal {
    this.#given ??= new AbortController();
    if (this.#isOver) this.#given.abort();
    return this.#given.signal;
  }

  /** Nobody waits any longer. */
  end(): void {
    this.#isOver = true;
    this.#given?.abort();
  }
}
