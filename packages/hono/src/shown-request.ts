/** Shows another request to everybody from now on. */
export function show(req: { raw: Request }, shown: Request): void {
  Object.defineProperty(req, 'raw', { value: shown, configurable: true, enumerable: true, writable: true });
}

/**
 * Shows another request to the handlers below the cache, to streams that they leave behind too. Middleware above the
 * cache, which goes on after them, still finds the client's: what it looks at does not end up in the response.
 *
 * @param isAround whether the caller is one of those handlers
 */
export function showAround(req: { raw: Request }, shown: Request, isAround: () => boolean): void {
  const before = Object.getOwnPropertyDescriptor(req, 'raw');
  const original = (): Request => (before?.get === undefined ? before?.value : before.get.call(req)) as Request;
  Object.defineProperty(req, 'raw', {
    get: () => (isAround() ? shown : original()),
    set: (request: Request) => {
      show(req, request);
    },
    configurable: true,
    enumerable: true,
  });
}
