import type { MaybePromise } from '../backends/backend.ts';
import type { Substitute } from '../http/response-sink.ts';
import type { HttpCache } from '../http/http-cache.ts';
import { representationFor } from '../http/representation.ts';
import type { HttpRequest } from '../http/request.ts';
import { storedTimingOf } from '../http/server-timing.ts';
import { unitedVary } from '../http/vary.ts';
import type { FetchExchange } from './exchange.ts';
import { type PreparedFields, preparedFields } from './prepared-fields.ts';

/** A stored response on its way out; its status is that of a `Response`, 200 to 599. */
export type Reply = Pick<Substitute, 'response' | 'age' | 'status'>;

/**
 * A stored response as the answer to a GET or HEAD, or 304 where the client has it already.
 *
 * @param above fields that middleware above the cache has set
 */
export function answer({ name, policy }: HttpCache, asked: HttpRequest, reply: Reply, above?: Headers): Response {
  const { response, age } = reply;
  const { status, headers, body } = representationFor(asked, response);
  const fields = preparedFields(headers);
  const cacheStatus = `${name}; ${reply.status}`;
  const made: Record<string, string> = { Age: String(Math.floor(age / 1000)), 'Cache-Status': cacheStatus };
  if (policy.serverTiming) made['Server-Timing'] = storedTimingOf(reply.status, age, response);
  if (body !== undefined) made['Content-Length'] = String(body.byteLength);
  // A plain object is the fastest way: `Headers` are only made of it where somebody looks at them.
  const isPlain = above === undefined && fields.cookies.length === 0;
  const all = isPlain ? Object.assign(made, fields.single) : merged(above, response.removed, fields, made);
  const sent = body === undefined || asked.method === 'HEAD' ? null : (body as Uint8Array<ArrayBuffer>);
  return new Response(sent, { status, headers: all });
}

/** `answer` with the holes of the response filled for this request. */
export function filledAnswer(
  http: HttpCache,
  exchange: FetchExchange,
  asked: HttpRequest,
  reply: Reply,
  above?: Headers,
): MaybePromise<Response> {
  const filled = http.fillHoles(reply.response, asked, exchange.context ?? exchange.request);
  if (filled instanceof Promise) return filled.then((response) => answer(http, asked, { ...reply, response }, above));
  return answer(http, asked, filled === reply.response ? reply : { ...reply, response: filled }, above);
}

/** 504 for a client that wants nothing but a stored response (RFC 9111, section 5.2.1.7). */
export function unavailable(cacheStatus: string, above?: Headers): Response {
  const headers = new Headers(above);
  headers.append('Cache-Status', cacheStatus);
  return new Response(null, { status: 504, headers });
}

/** Elements of these are added to what other caches and servers have said. */
const LISTS: ReadonlySet<string> = new Set(['Cache-Status', 'Server-Timing']);

function merged(
  above: Headers | undefined,
  removed: readonly string[],
  { single, cookies, vary }: PreparedFields,
  made: Readonly<Record<string, string>>,
): Headers {
  const headers = new Headers(above);
  for (const name of removed) headers.delete(name);
  const varyAbove = headers.get('vary');
  for (const [name, value] of Object.entries(single)) headers.set(name, value);
  if (varyAbove !== null && vary !== undefined) headers.set('Vary', unitedVary([varyAbove], vary));
  if (cookies.length > 0) headers.delete('Set-Cookie');
  for (const cookie of cookies) headers.append('Set-Cookie', cookie);
  for (const [name, value] of Object.entries(made)) {
    if (LISTS.has(name)) headers.append(name, value);
    else headers.set(name, value);
  }
  return headers;
}
