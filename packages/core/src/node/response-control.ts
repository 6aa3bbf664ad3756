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

/** What throws or sends something on a response that is answered already. */
const WRITING = ['setHeader', 'appendHeader', 'removeHeader', 'writeHead', 'write', 'end'] as const;

/**
 * What lets whoever still writes to an answered response believe that all goes well. The response gets another prototype, because
 * each property that is replaced on the response itself costs a hit as much as a look-up in the cache.
 *
 * @param names methods of a framework that shall do nothing either
 */
export function muting(...names: string[]): (response: ServerResponse) => void {
  const silent = new Map<string, unknown>([...WRITING, ...names].map((name) => [name, returnThis]));
  silent.set('write', acceptAll);
  const prototypes = new WeakMap<object, object>();
  return (response) => {
    const before = Object.getPrototypeOf(response) as object;
    let muted = prototypes.get(before);
    if (muted === undefined) {
      muted = Object.assign(Object.create(before) as object, Object.fromEntries(silent));
      prototypes.set(before, muted);
    }
    Object.setPrototypeOf(response, muted);
    for (const [name, value] of silent) if (Object.hasOwn(response, name)) Reflect.set(response, name, value);
  };
}

/** Mutes a response of Node. */
export const mute: (response: ServerResponse) => void = muting();

function returnThis(this: unknown): unknown {
  return this;
}

function acceptAll(): boolean {
  return true;
}
