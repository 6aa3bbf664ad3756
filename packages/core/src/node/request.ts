import type { IncomingMessage } from 'node:http';
import type { HttpRequest } from '../http/storability.ts';

/** What a framework knows of a request beyond Node's message. */
export interface RequestFacts {
  /** Path and query as the client sent them, whatever router the request has passed (`req.originalUrl`). */
  readonly url: string;
  /** Whether it is known who is asking. */
  readonly identified: boolean;
}

/** A Node request as the engine sees it. */
export function toHttpRequest(message: IncomingMessage, { url, identified }: RequestFacts): HttpRequest {
  const { headers } = message;
  const length = headers['content-length'];
  return {
    method: message.method ?? 'GET',
    url,
    scheme: 'encrypted' in message.socket ? 'https' : 'http',
    host: headers.host ?? '',
    hasBody: headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0'),
    identified,
    header: (name) => {
      const value = headers[name];
      return typeof value === 'object' ? value.join(', ') : value;
    },
  };
}
