import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { RunningSite } from './harness.ts';

/** A request that a case sends. */
export interface Ask {
  /** Default: GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Makes the client hang up, before the answer comes too. */
  readonly signal?: AbortSignal;
}

/** The head of an answer, and its body as it comes. */
export interface OpenAnswer {
  readonly status: number;
  /** The value of a field, lines joined with `, `. */
  readonly header: (name: string) => string | undefined;
  /** The lines of a field; where there is no socket, all but `Set-Cookie` are one line. */
  readonly lines: (name: string) => string[];
  /** Fails if the answer is cut off. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The client hangs up. */
  leave(): void;
}

/** A whole answer. */
export interface Answer extends Pick<OpenAnswer, 'status' | 'header' | 'lines'> {
  readonly body: Buffer;
  readonly text: string;
  /** The member of the cache in `Cache-Status`, without the cache's name. */
  readonly cacheStatus: string | undefined;
  /** Names in lower case and values of all fields, sorted. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Sends a request and returns when the head of the answer is there. */
export async function open(
  site: RunningSite,
  path: string,
  ask: Ask = {},
): Promise<OpenAnswer & Pick<Answer, 'fields'>> {
  return site.url === undefined ? openFetch(site, path, ask) : openSocket(site.url, path, ask);
}

/** Sends a request and reads the whole answer. */
export async function get(site: RunningSite, path: string, ask: Ask = {}): Promise<Answer> {
  const { status, header, lines, chunks, fields } = await open(site, path, ask);
  const pieces: Uint8Array[] = [];
  for await (const piece of chunks) pieces.push(piece);
  const body = Buffer.concat(pieces);
  const cacheStatus = header('cache-status')?.replace(/^[^;]*; /, '');
  return { status, header, lines, fields, body, text: body.toString('utf8'), cacheStatus };
}

async function openSocket(
  url: string,
  path: string,
  { method = 'GET', headers = {}, body, signal }: Ask,
): Promise<OpenAnswer & Pick<Answer, 'fields'>> {
  const { hostname, port } = new URL(url);
  const sent = httpRequest({ hostname, port, path, method, headers, agent: false, ...(signal && { signal }) });
  sent.end(body);
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  const lines = (name: string): string[] => message.headersDistinct[name.toLowerCase()] ?? [];
  return {
    status: message.statusCode ?? 0,
    lines,
    header: (name) => joined(lines(name)),
    fields: sorted(pairsOf(message.rawHeaders)),
    chunks: message,
    leave: () => void message.destroy(),
  };
}

async function openFetch(
  site: RunningSite,
  path: string,
  { method = 'GET', headers = {}, body, signal: given }: Ask,
): Promise<OpenAnswer & Pick<Answer, 'fields'>> {
  if (site.fetch === undefined) throw new TypeError('A site without `url` needs `fetch`.');
  const leaving = new AbortController();
  const signal = given === undefined ? leaving.signal : AbortSignal.any([given, leaving.signal]);
  const response = await site.fetch(path, { method, headers, signal, ...(body !== undefined && { body }) });
  const lines = (name: string): string[] => {
    if (name.toLowerCase() === 'set-cookie') return response.headers.getSetCookie();
    const value = response.headers.get(name);
    return value === null ? [] : [value];
  };
  return {
    status: response.status,
    lines,
    header: (name) => joined(lines(name)),
    fields: sorted([...response.headers]),
    chunks: (response.body ?? []) as unknown as AsyncIterable<Uint8Array>,
    leave: () => leaving.abort(),
  };
}

function joined(lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : lines.join(', ');
}

function pairsOf(flat: readonly string[]): (readonly [string, string])[] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), flat[index + 1] ?? ''] as const] : []));
}

function sorted(pairs: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return pairs.toSorted(([one, a], [other, b]) => one.localeCompare(other) || a.localeCompare(b));
}
