/** Path and query that the origin is asked for, or `undefined` if the request target is none that can be passed on. */
export function targetOf(url: string): { readonly path: string; readonly host: string | undefined } | undefined {
  if (url.startsWith('/')) return { path: url, host: undefined };
  // A client that takes this for its proxy (RFC 9112, section 3.2.2).
  const [, host, path = '/'] = /^https?:\/\/([^/?#@]+)([/?].*)?$/i.exec(url) ?? [];
  if (host === undefined) return undefined;
  return { path: path.startsWith('/') ? path : `/${path}`, host };
}
