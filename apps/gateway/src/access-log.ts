import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LogFormat } from './options.ts';

/** What is written of each request. */
export interface AccessRecord {
  /** When the request came, in ISO 8601. */
  readonly time: string;
  readonly client: string;
  readonly method: string;
  readonly url: string;
  /** 0 if the client left before there was one. */
  readonly status: number;
  /** Sent on the connection, head included. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** What the cache did: RFC 9211. Empty if it was not asked. */
  readonly cache: string;
  /** Whether the client got the whole response. */
  readonly whole: boolean;
}

/** Writes a line for a request when its response is over. */
export function logAccess(
  request: IncomingMessage,
  response: ServerResponse,
  write: (record: AccessRecord) => void,
): void {
  const begun = performance.now();
  const time = new Date().toISOString();
  const { socket, method = '', url = '' } = request;
  const client = socket.remoteAddress ?? '';
  const bytesBefore = socket.bytesWritten;
  const cacheStatus = watchCacheStatus(response);
  response.once('close', () => {
    write({
      time,
      client,
      method,
      url,
      status: response.headersSent ? response.statusCode : 0,
      bytes: socket.bytesWritten - bytesBefore,
      milliseconds: Math.round((performance.now() - begun) * 10) / 10,
      cache: cacheStatus(),
      whole: response.writableFinished,
    });
  });
}

/** A record as one line. Names and values of strangers are quoted, so that no line can be forged. */
export function formatRecord(record: AccessRecord, format: Exclude<LogFormat, 'off'>): string {
  if (format === 'json') return JSON.stringify(record);
  const { time, client, method, url, status, bytes, milliseconds, cache, whole } = record;
  const end = whole ? '' : ' cut off';
  return `${time} ${client} ${JSON.stringify(`${method} ${url}`)} ${status} ${bytes} ${milliseconds}ms ${JSON.stringify(cache)}${end}`;
}

/** Node does not remember the fields that are given to `writeHead` as a list or alone. */
function watchCacheStatus(response: ServerResponse): () => string {
  // oxlint-disable-next-line typescript/unbound-method -- called with its response below
  const { writeHead } = response;
  let found = '';
  response.writeHead = function watched(this: ServerResponse, ...args: unknown[]): ServerResponse {
    if (!this.headersSent) found = givenStatus(args.at(-1)) ?? String(this.getHeader('cache-status') ?? '');
    return Reflect.apply(writeHead, this, args) as ServerResponse;
  } as ServerResponse['writeHead'];
  return () => found;
}

function givenStatus(fields: unknown): string | undefined {
  if (typeof fields !== 'object' || fields === null) return undefined;
  const flat: readonly unknown[] = Array.isArray(fields) ? fields : Object.entries(fields).flat();
  const at = flat.findIndex((name, index) => index % 2 === 0 && String(name).toLowerCase() === 'cache-status');
  return at < 0 ? undefined : String(flat[at + 1]);
}
