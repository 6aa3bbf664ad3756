/** What the cache needs to know of a request; nothing else of it is part of a key. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query that the key is made of: as they came, or as what routed the request above the cache changed them. */
  readonly url: string;
  /** Path and query as the client sent them. Left out: as in `url`. */
  readonly target?: string | undefined;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** Whether a body came with it. */
  readonly hasBody: boolean;
  /** Whether the framework knows who is asking (`req.user`). */
  readonly identified: boolean;
  /** Whether a client certificate that was checked tells it: nobody can hide that from a handler. Left out: no. */
  readonly certified?: boolean;
  /** The value of a field, lines joined with `, `; the name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** The methods that change nothing at the origin (RFC 9110, section 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'REPORT',
  'SEARCH',
  'QUERY',
]);

/** Whether a request with this method leaves everything as it is; what is not known may change something. */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** Host and port (RFC 9110, section 7.2). Anything else would run into the rest of a key. */
const HOST = /^[\w.~%!$&'()*+,;=:[\]-]*$/;

/** Whether the host can be part of a key. */
export function isHost(host: string): boolean {
  return HOST.test(host);
}
