import { currentDependencies } from './dependencies.ts';
import { CacheError, invalidOption } from './errors.ts';

/**
 * Leaves a hole in the page that is being made, which a policy with `holes` fills anew for each request. What is returned is to be printed
 * as it is: digits, which no escaping changes. To be called before the head of the response goes out, in the handler itself: in a
 * loader or a cached fragment the text would be kept by others.
 *
 * @throws CacheError `ERR_CACHE_OPTION` for a hole that the policy does not name; `ERR_CACHE_PLACE` where no policy fills holes
 * @example
 * const pages: ResponsePolicy = { maxAge: '5m', holes: { greeting: ({ header }) => greet(header('cookie')) } };
 * app.get('/', cacheResponse(cache, pages), (request, response) => {
 *   response.send(`<header>${hole('greeting')}</header>`);
 * });
 */
export function hole(name: string): string {
  if (typeof name !== 'string' || name === '') throw invalidOption('name', name, 'a non-empty string');
  const marks = currentDependencies()?.marks;
  if (marks !== undefined) return marks.leave(name);
  const allowed =
    'below a `cacheResponse` that has `holes`, the innermost one; not in a loader, nor in a cached fragment';
  throw new CacheError('ERR_CACHE_PLACE', `The hole "${name}" is left where nothing fills it; allowed: ${allowed}.`);
}
