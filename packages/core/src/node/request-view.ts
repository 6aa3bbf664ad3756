import { type IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { visibleCookies } from '../http/cookies.ts';
import { HIDDEN_FROM_HANDLER } from '../http/inputs.ts';
import { changedHeaders, type FieldChanges } from './request-fields.ts';

/** What a cache shows of a request, and how it learns what is looked at. */
interface View {
  readonly shown: IncomingHttpHeaders;
  readonly visible: IncomingHttpHeaders;
  readonly note: (name: string) => void;
}

const views = new WeakMap<IncomingMessage, View>();

/**
 * Shows the handler of a cached route only those request fields that it may use, and notes in `read` which ones it looks
 * at (`'*'` when it looks at all). Under another cache, that one notes the same.
 *
 * @param cookies the cookies that stay visible; `undefined` if the request has none
 * @param changes fields that the cache itself adds, such as conditions
 */
export function watchHeaders(
  message: IncomingMessage,
  read: Set<string>,
  cookies: readonly string[] | undefined,
  changes: FieldChanges,
): void {
  const last = views.get(message);
  const around = last?.shown === message.headers ? last : undefined;
  const note = (name: string): void => {
    read.add(name);
    around?.note(name);
  };
  const visible = changedHeaders(visibleHeaders(around?.visible ?? message.headers, cookies), changes);
  const shown = watched(visible, note);
  views.set(message, { shown, visible, note });
  Object.defineProperty(message, 'headers', { value: shown, configurable: true, enumerable: true, writable: true });
  for (const name of ['rawHeaders', 'headersDistinct'] as const) watchAll(message, name, note);
}

function watched(visible: IncomingHttpHeaders, note: (name: string) => void): IncomingHttpHeaders {
  const noteName = (name: string | symbol): void => {
    if (typeof name === 'string') note(name.toLowerCase());
  };
  // `util.inspect` looks through a proxy.
  const inspected = (): IncomingHttpHeaders => {
    note('*');
    return { ...visible };
  };
  Object.defineProperty(visible, inspect.custom, { value: inspected });
  return new Proxy(visible, {
    get(target, name) {
      noteName(name);
      return Reflect.get(target, name) as unknown;
    },
    has(target, name) {
      noteName(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor(target, name) {
      noteName(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys(target) {
      note('*');
      return Reflect.ownKeys(target);
    },
  });
}

/** Whoever takes a list of all fields has looked at each. */
function watchAll(
  message: IncomingMessage,
  name: 'rawHeaders' | 'headersDistinct',
  note: (name: string) => void,
): void {
  const before = Object.getOwnPropertyDescriptor(message, name);
  Object.defineProperty(message, name, {
    get() {
      note('*');
      if (before === undefined) return Reflect.get(IncomingMessage.prototype, name, message) as unknown;
      return before.get === undefined ? (before.value as unknown) : (before.get.call(message) as unknown);
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
