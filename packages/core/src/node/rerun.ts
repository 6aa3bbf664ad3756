import { EventEmitter } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';

/**
 * Once the response is out, makes it a fresh one that goes nowhere, and calls `run`: the handler below can then run again
 * on the same objects, as a middleware stack holds them, without a client. Everything Node keeps in a response
 * (fields, events, state, streaming) is delegated to a real response behind it; what a framework has put on the
 * object itself stays.
 */
export function rerun(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  run: () => void,
): void {
  const start = (): void => {
    setImmediate(() => {
      detach(request, response);
      run();
    });
  };
  // After 'close' Node itself does nothing more with the response.
  if (response.closed) start();
  else response.once('close', start);
}

function detach(request: IncomingMessage, response: ServerResponse): void {
  const sink = new Sink();
  const behind = new ServerResponse(request);
  behind.assignSocket(sink as unknown as Socket);
  behind.once('finish', () => sink.destroy());
  for (const [name, isMethod] of nodeMembers(behind)) delegate(response, behind, name, isMethod);
  // Node sends an implicit head through its own `writeHead`; whoever patches the outer one wants to see that too.
  behind.writeHead = ((...args: Parameters<ServerResponse['writeHead']>) => {
    response.writeHead(...args);
    return behind;
  }) as ServerResponse['writeHead'];
  // Frameworks cut the connection when an error comes after the head; the one here serves its client's next request.
  const socket = Object.create(request.socket, {
    destroy: { value: () => behind.destroy() },
    destroyed: { get: () => behind.destroyed },
  }) as Socket;
  // Listeners of its own: the end of the client's connection ends nothing here.
  Reflect.apply(EventEmitter, socket, []);
  Object.defineProperty(request, 'socket', { value: socket, configurable: true, enumerable: true, writable: true });
}

/** Takes everything at once, so that no source waits for it, and has what is called on a response's socket. */
class Sink extends Writable {
  constructor() {
    super({ highWaterMark: Number.MAX_SAFE_INTEGER, write: (_chunk, _encoding, done) => done() });
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }
}

/** The members that Node's own classes give a response: methods, accessors, and the state in its own properties. */
function nodeMembers(behind: ServerResponse): Map<PropertyKey, boolean> {
  const members = new Map<PropertyKey, boolean>();
  for (let level: object = behind; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    for (const name of Reflect.ownKeys(level)) {
      if (name === 'constructor' || name === 'req' || members.has(name)) continue;
      members.set(name, typeof Object.getOwnPropertyDescriptor(level, name)?.value === 'function');
    }
  }
  return members;
}

function delegate(response: ServerResponse, behind: ServerResponse, name: PropertyKey, isMethod: boolean): void {
  if (isMethod) {
    const method = Reflect.get(behind, name) as (...args: unknown[]) => unknown;
    const value = (...args: unknown[]): unknown => {
      const result = Reflect.apply(method, behind, args);
      return result === behind ? response : result;
    };
    Object.defineProperty(response, name, { value, configurable: true, writable: true, enumerable: false });
    return;
  }
  Object.defineProperty(response, name, {
    get: () => Reflect.get(behind, name) as unknown,
    set: (value: unknown) => {
      Reflect.set(behind, name, value);
    },
    configurable: true,
    enumerable: false,
  });
}
