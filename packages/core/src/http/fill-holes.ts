import type { Clock } from '../clock.ts';
import { CacheError, show } from '../errors.ts';
import { filledResponse } from './filled-response.ts';
import type { Hole, HoleRequest } from './holes.ts';
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
 * Fills the holes of a page for one request: all at once, each function once, within `holeTimeout` altogether.
 *
 * @param context what the framework knows of the request
 * @throws what a function throws; CacheError `ERR_CACHE_HOLE`
 */
export async function fillHoles(
  page: StoredResponse,
  asked: HttpRequest,
  context: unknown,
  { policy, clock, entityTag, report }: FillingContext,
): Promise<StoredResponse> {
  const names = [...new Set(page.holes?.map(({ name }) => name))];
  const given = new AbortController();
  let late = (): void => {};
  const expired = new Promise<never>((_, reject) => {
    late = () => {
      const message = `A hole was not filled within ${policy.holeTimeout} ms (\`holeTimeout\`).`;
      reject(new CacheError('ERR_CACHE_HOLE', message));
      given.abort();
    };
  });
  expired.catch(() => {});
  const cancel = clock.after(policy.holeTimeout, late);
  const { method, url, target = url, scheme, host, header } = asked;
  const request = { method, url: target, scheme, host, header, context, signal: given.signal };
  try {
    const filled = names.map(async (name) => {
      const hole = policy.holes?.get(name);
      try {
        return [name, await Promise.race([fillHole(name, hole, request), expired])] as const;
      } catch (error) {
        if (hole?.otherwise === undefined) throw asError(name, error);
        report(`hole ${name}`, error);
        return [name, hole.otherwise] as const;
      }
    });
    const fills = new Map(await Promise.all(filled));
    return filledResponse(page, { fills, targetedFields: policy.targetedFields, entityTag });
  } finally {
    cancel();
    given.abort();
  }
}

async function fillHole(name: string, hole: Hole<never> | undefined, request: HoleRequest): Promise<string> {
  if (hole === undefined) throw new CacheError('ERR_CACHE_HOLE', `Nothing fills the hole "${name}".`);
  const html: unknown = await hole.fill(request as HoleRequest<never>);
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
