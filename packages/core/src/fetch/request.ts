import type { HttpRequest } from '../http/request.ts';
import type { FetchExchange } from './exchange.ts';

/** A request as the engine sees it. */
export function toHttpRequest({
  request,
  url,
  target,
  identified = false,
  certified = false,
}: FetchExchange): HttpRequest {
  const { headers } = request;
  const { scheme, host, path } = splitUrl(request.url);
  const length = headers.get('content-length');
  return {
    method: request.method,
    url: url ?? path,
    ...(target !== undefined && { target }),
    scheme,
    host,
    hasBody: headers.get('transfer-encoding') !== null || (length !== null && length !== '0'),
    identified,
    certified,
    header: (name) => headers.get(name) ?? undefined,
  };
}

/** The parts of an absolute URL as they are written there; the fragment is no part of a request. */
export function splitUrl(url: string): Pick<HttpRequest, 'scheme' | 'host'> & { readonly path: string } {
  const hostAt = url.indexOf('//') + 2;
  const pathAt = url.indexOf('/', hostAt);
  const fragmentAt = url.indexOf('#', pathAt);
  return {
    scheme: url.startsWith('https:') ? 'https' : 'http',
    host: url.slice(hostAt, pathAt),
    path: fragmentAt === -1 ? url.slice(pathAt) : url.slice(pathAt, fragmentAt),
  };
}
