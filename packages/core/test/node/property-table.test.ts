import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { keepInTable } from '../../src/node/property-table.ts';

setFlagsFromString('--allow-natives-syntax');
/** Whether V8 describes the properties of an object by a hidden class. */
// oxlint-disable-next-line typescript/no-implied-eval -- what asks V8 itself is no JavaScript
const hasClass = new Function('object', 'return %HasFastProperties(object)') as (object: object) => boolean;

/** Whether V8 describes two objects by one hidden class. */
// oxlint-disable-next-line typescript/no-implied-eval -- the same
const haveOneClass = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (a: object, b: object) => boolean;

/** Messages as Express makes them: with prototypes of its own, and with properties that came later. */
function messages({ express }: { readonly express: boolean }) {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  request.url = '/cities';
  if (express) {
    Object.setPrototypeOf(request, Object.create(IncomingMessage.prototype) as object);
    Object.setPrototypeOf(response, Object.create(ServerResponse.prototype) as object);
  }
  Object.assign(request, { next: () => {} });
  Object.assign(response, { locals: {} });
  return { request, response };
}

describe('the properties of messages', () => {
  it('are kept in a table where a framework has given the messages other prototypes and V8 then shares no classes', () => {
    const prototype = Object.create(ServerResponse.prototype) as object;
    const [one, other] = [1, 2].map((locals) => {
      const { response } = messages({ express: false });
      return Object.assign(Object.setPrototypeOf(response, prototype) as object, { locals, own: true });
    }) as [object, object];
    const sharesClasses = haveOneClass(one, other);

    const { request, response } = messages({ express: true });
    expect([hasClass(request), hasClass(response)]).toEqual([true, true]);
    keepInTable(request, response);
    expect([hasClass(request), hasClass(response)]).toEqual([sharesClasses, sharesClasses]);
  });

  it('are left alone where it has not', () => {
    const { request, response } = messages({ express: false });
    keepInTable(request, response);
    expect([hasClass(request), hasClass(response)]).toEqual([true, true]);
  });

  it('are what they were, those that something has replaced too', () => {
    const { request, response } = messages({ express: true });
    Object.defineProperty(request, 'url', { get: () => '/routed', configurable: true, enumerable: false });
    const before = [request, response].map((message) => Object.getOwnPropertyDescriptors(message));
    keepInTable(request, response);
    expect([request, response].map((message) => Object.getOwnPropertyDescriptors(message))).toEqual(before);
  });

  it('are left alone where they cannot be taken away', () => {
    const { request, response } = messages({ express: true });
    Object.defineProperty(request, 'url', { value: '/fixed', configurable: false });
    expect(() => keepInTable(request, Object.freeze(response))).not.toThrow();
    expect([request.url, response.req]).toEqual(['/fixed', request]);
  });
});
