import type { IncomingMessage } from 'node:http';

/** What a request that may be answered before the framework runs says of itself. */
export interface FastRequest {
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly hasCookie: boolean;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
}

/** Fields with which a request goes the long way, because it asks for something out of the ordinary. */
const LONG_WAY = [
  'authorization',
  'cache-control',
  'expect',
  'if-match',
  'if-range',
  'if-unmodified-since',
  'pragma',
  'proxy-authorization',
  'range',
  'transfer-encoding',
  'upgrade',
] as const;

const READ = ['content-length', 'cookie', 'host', 'if-modified-since', 'if-none-match'] as const;

/** The names that matter by their length: most fields of a request are told apart by that alone. */
const byLength: readonly (readonly string[] | undefined)[] = Array.from({ length: 32 }, (_, length) => {
  const names = [...LONG_WAY, ...READ].filter((name) => name.length === length);
  return names.length === 0 ? undefined : names;
});

/**
 * Reads of a request what decides about its way, without having Node make an object of its fields. `undefined` if it
 * must go the long way: it asks for something out of the ordinary, has a body, says something twice, or a client
 * certificate tells who is asking.
 */
export function readFastRequest(request: IncomingMessage): FastRequest | undefined {
  const socket = request.socket as IncomingMessage['socket'] & { encrypted?: boolean; authorized?: boolean };
  if (socket.authorized === true) return undefined;
  const raw = request.rawHeaders;
  let host: string | undefined;
  let hasCookie = false;
  let ifNoneMatch: string | undefined;
  let ifModifiedSince: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const written = raw[i] ?? '';
    const names = byLength[written.length];
    if (names === undefined) continue;
    const name = written.toLowerCase();
    if (!names.includes(name)) continue;
    const value = raw[i + 1] ?? '';
    if (name === 'host' && host === undefined) host = value;
    else if (name === 'cookie') hasCookie = true;
    else if (name === 'if-none-match' && ifNoneMatch === undefined) ifNoneMatch = value;
    else if (name === 'if-modified-since' && ifModifiedSince === undefined) ifModifiedSince = value;
    else if (name !== 'content-length' || value !== '0') return undefined;
  }
  if (host === undefined) return undefined;
  return { host, scheme: socket.encrypted === true ? 'https' : 'http', hasCookie, ifNoneMatch, ifModifiedSince };
}

/** The value of a field, lines joined with `, `; the name in lower case. */
export function rawField(request: IncomingMessage, lowerCaseName: string): string | undefined {
  const raw = request.rawHeaders;
  let value: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== lowerCaseName) continue;
    value = value === undefined ? raw[i + 1] : `${value}, ${raw[i + 1]}`;
  }
  return value;
}
