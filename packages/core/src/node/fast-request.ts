import type { IncomingMessage } from 'node:http';

/** What a request that may be answered before the framework runs says of itself. */
export interface FastRequest {
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly hasCookie: boolean;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  /** Whether it has one of `COMPARED_FIELDS`. */
  readonly isCompared: boolean;
}

/** Fields by which what stands above a cache may decide: a request goes the short way only with the values that are known. */
export const COMPARED_FIELDS: readonly string[] = [
  'forwarded',
  'origin',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-requested-with',
];

/** Fields that say nothing of what is asked for or who asks. All that are not known send a request the long way. */
const HARMLESS = new RegExp(
  [
    '^(?:accept|accept-charset|accept-encoding|accept-language|connection|dnt|from|keep-alive|priority|purpose|referer|te',
    'save-data|upgrade-insecure-requests|user-agent|via|x-forwarded-for|x-real-ip|x-request-id|x-correlation-id',
    'traceparent|tracestate|baggage|x-amzn-trace-id|x-cloud-trace-context|(?:sec-|cf-|x-b3-).*)$',
  ].join('|'),
);

type Kind =
  | 'harmless'
  | 'long-way'
  | 'compared'
  | 'host'
  | 'cookie'
  | 'if-none-match'
  | 'if-modified-since'
  | 'content-length';

const READ: readonly Kind[] = ['host', 'cookie', 'if-none-match', 'if-modified-since', 'content-length'];

/** By name as it was written, because making it lower case costs more than looking it up. */
const kinds = new Map<string, Kind>();
const MAX_KINDS = 1_000;

function kindOf(written: string): Kind {
  const known = kinds.get(written);
  if (known !== undefined) return known;
  const name = written.toLowerCase();
  const read = READ.find((kind) => kind === name);
  const kind = read ?? (COMPARED_FIELDS.includes(name) ? 'compared' : HARMLESS.test(name) ? 'harmless' : 'long-way');
  if (kinds.size < MAX_KINDS) kinds.set(written, kind);
  return kind;
}

/**
 * Reads of a request what decides about its way, without having Node make an object of its fields. `undefined` if it
 * must go the long way: it has a field that may matter, a body, a field twice, or a client certificate tells who is asking.
 */
export function readFastRequest(request: IncomingMessage): FastRequest | undefined {
  const socket = request.socket as IncomingMessage['socket'] & { encrypted?: boolean; authorized?: boolean };
  if (socket.authorized === true) return undefined;
  const raw = request.rawHeaders;
  let host: string | undefined;
  let hasCookie = false;
  let ifNoneMatch: string | undefined;
  let ifModifiedSince: string | undefined;
  let isCompared = false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const kind = kindOf(raw[i] ?? '');
    if (kind === 'harmless') continue;
    const value = raw[i + 1] ?? '';
    if (kind === 'host' && host === undefined) host = value;
    else if (kind === 'compared') isCompared = true;
    else if (kind === 'cookie') hasCookie = true;
    else if (kind === 'if-none-match' && ifNoneMatch === undefined) ifNoneMatch = value;
    else if (kind === 'if-modified-since' && ifModifiedSince === undefined) ifModifiedSince = value;
    else if (kind !== 'content-length' || value !== '0') return undefined;
  }
  if (host === undefined) return undefined;
  const scheme = socket.encrypted === true ? 'https' : 'http';
  return { host, scheme, hasCookie, ifNoneMatch, ifModifiedSince, isCompared };
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
