import type { IncomingMessage } from 'node:http';
import type { HttpRequest } from '../http/request.ts';

/** What a framework knows of a request beyond Node's message. */
export interface RequestFacts {
  /** Path and query that the key is made of: as the client sent them, whatever router the request has passed. */
  readonly url: string;
  /** Path and query as the client sent them, if something above the cache has routed the request elsewhere. */
  readonly target?: string | undefined;
  /** Whether it is known who is asking. */
  readonly identified: boolean;
}

/** A Node request as the engine sees it. */
export function toHttpRequest(message: IncomingMessage, { url, target, identified }: RequestFacts): HttpRequest {
  const { headers } = message;
  const socket = message.socket as IncomingMessage['socket'] & { encrypted?: boolean; authorized?: boolean };
  const length = headers['content-length'];
  return {
    method: message.method ?? 'GET',
    url,
    target,
    scheme: socket.encrypted === true ? 'https' : 'http',
    host: headers.host ?? '',
    hasBody: headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0'),
    identified,
    certified: socket.authorized === true,
    header: (name) => {
      const value = headers[name];
      if (typeof value === 'string') return value;
      return Array.isArray(value) ? value.join(', ') : undefined;
    },
  };
}
