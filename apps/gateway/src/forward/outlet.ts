import type { IncomingMessage } from 'node:http';

/** What of a request is passed on: one of Node's, or what a framework has in its place. Iterating gives the body. */
export type Arriving = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'httpVersion' | 'socket'> &
  AsyncIterable<unknown>;

/** Where a response goes: what of Node's `ServerResponse` is used. */
export interface Outlet {
  statusCode: number;
  statusMessage: string;
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  removeHeader(name: string): void;
  flushHeaders(): void;
  /** Whether more may be written at once; if not, `drain` follows. */
  write(chunk: Uint8Array): boolean;
  end(chunk?: string): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
  on(event: 'drain', listener: () => void): unknown;
  writeProcessing(): void;
  writeEarlyHints(hints: Record<string, string | string[]>): void;
}
