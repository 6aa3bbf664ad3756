import type { IncomingMessage, ServerResponse } from 'node:http';

/** From version 13 on, which is that of Node 24, V8 shares hidden classes between objects whose prototype was changed. */
const SHARES_NO_CLASSES = Number.parseInt(process.versions.v8, 10) < 13;

/**
 * Has the engine keep the properties of two messages in a table, where a framework has given them prototypes of its own (Express). For such
 * objects V8 shared no hidden classes: each property that is added makes a new one, and each place in the code that looks at the object
 * has to learn it. A quarter of a hit's time was that. What a property is does not change.
 */
export const keepInTable: (request: IncomingMessage, response: ServerResponse) => void = SHARES_NO_CLASSES
  ? (request, response) => {
      if (hasOtherPrototype(request)) putBack(request, 'url');
      if (hasOtherPrototype(response)) putBack(response, 'req');
    }
  : () => {};

function hasOtherPrototype(message: object): boolean {
  return Object.getPrototypeOf(message) !== message.constructor.prototype;
}

/** V8 makes a table of an object that loses a property which is not its newest. */
function putBack(message: object, name: string): void {
  const property = Object.getOwnPropertyDescriptor(message, name);
  if (property?.configurable !== true) return;
  Reflect.deleteProperty(message, name);
  Object.defineProperty(message, name, property);
}
