import type { ServerResponse } from 'node:http';
import { fieldPairs } from './response-head.ts';

const PATCHED = ['writeHead', 'write', 'end', 'flushHeaders'] as const;

/** Remembers how a response is now: its status, its fields and its methods. Returns what makes it so again. */
export function snapshot(response: ServerResponse): () => void {
  const { statusCode, statusMessage } = response;
  const fields = fieldPairs(response);
  const methods = PATCHED.map((name) => [name, Object.getOwnPropertyDescriptor(response, name)] as const);
  return () => {
    for (const [name, descriptor] of methods) {
      if (descriptor === undefined) Reflect.deleteProperty(response, name);
      else Object.defineProperty(response, name, descriptor);
    }
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    for (const [name, value] of fields) response.setHeader(name, value);
    response.statusCode = statusCode;
    response.statusMessage = statusMessage;
  };
}

/**
 * Lets whoever still writes to an answered response believe that all goes well. Only what would throw or send something is
 * replaced, by plain assignment of functions that all share.
 */
export function mute(response: ServerResponse): void {
  const target = response as unknown as Record<string, unknown>;
  target['setHeader'] = returnThis;
  target['appendHeader'] = returnThis;
  target['removeHeader'] = returnThis;
  target['writeHead'] = returnThis;
  target['write'] = acceptAll;
  target['end'] = returnThis;
}

function returnThis(this: unknown): unknown {
  return this;
}

function acceptAll(): boolean {
  return true;
}
