import { type IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { visibleCookies } from '../http/cookies.ts';
import { HIDDEN_FROM_HANDLER } from '../http/inputs.ts';

/**
 * Shows the handler of a cached route only those request fields that it may use, and notes in `read` which ones it looks
 * at (`'*'` when it looks at all).
 *
 * @param cookies the cookies that stay visible; `undefined` if the request has none
 */
export function watchHeaders(
  message: IncomingMessage,
  read: Set<string>,
  cookies: readonly string[] | undefined,
): void {
  const visible = visibleHeaders(message.headers, cookies);
  const watched = new Proxy(visible, {
    get(target, name) {
      if (typeof name === 'string') read.add(name.toLowerCase());
      return Reflect.get(target, name) as unknown;
    },
    has(target, name) {
      if (typeof name === 'string') read.add(name.toLowerCase());
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === 'string') read.add(name.toLowerCase());
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys(target) {
      read.add('*');
      return Reflect.ownKeys(target);
    },
  });
  Object.defineProperty(message, 'headers', { value: watched, configurable: true, enumerable: true, writable: true });
  const { rawHeaders } = message;
  watchAll(message, 'rawHeaders', read, () => rawHeaders);
  watchAll(message, 'headersDistinct', read, () => Reflect.get(IncomingMessage.prototype, 'headersDistinct', message));
}

/** Whoever takes a list of all fields has looked at each. */
function watchAll(message: IncomingMessage, name: string, read: Set<string>, value: () => unknown): void {
  Object.defineProperty(message, name, {
    get() {
      read.add('*');
      return value();
    },
    configurable: true,
    enumerable: true,
  });
}

function visibleHeaders(headers: IncomingHttpHeaders, cookies: readonly string[] | undefined): IncomingHttpHeaders {
  const visible: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!HIDDEN_FROM_HANDLER.has(name) && name !== 'cookie') visible[name] = value;
  }
  const cookie = visibleCookies(headers.cookie, cookies ?? []);
  if (cookie !== undefined) visible.cookie = cookie;
  return visible;
}
