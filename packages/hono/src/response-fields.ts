import { ResponseControls } from '@cache/core';
import type { Context } from 'hono';

/** The controls of the response that a context has or will have. */
export function controlsOf(c: Context): ResponseControls {
  return new ResponseControls({
    get: (name) => (c.finalized ? c.res.headers : fieldsAbove(c))?.get(name) ?? undefined,
    set: (name, value) => c.header(name, value),
  });
}

/**
 * The fields that have been set on a context without a response so far. Asked in a way that leaves the context as it is:
 * reading `c.res` would change how the response is put together later.
 */
export function fieldsAbove(c: Context): Headers | undefined {
  const { headers } = c.newResponse(null, 200);
  return headers.keys().next().done === true ? undefined : headers;
}
