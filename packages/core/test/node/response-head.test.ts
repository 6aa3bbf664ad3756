import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { appendElement, beforeHead, fieldsChangedSince, fieldsNow, headerList } from '../../src/node/response-head.ts';
import { preparedFields } from '../../src/node/prepared-fields.ts';

const made = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()));

describe('the head of a Node response', () => {
  it('becomes a list and a response again', () => {
    const list = ['X-Many', 'a', 'X-Many', 'b', 'x-one', '1'];
    const response = made();
    for (const [name, value] of preparedFields(list).grouped) response.setHeader(name, value);
    expect(headerList(response)).toEqual(list);
    response.setHeader('X-Number', 7);
    expect(headerList(response)).toEqual([...list, 'X-Number', '7']);
  });

  it('tells what was set, changed and taken away since it was looked at', () => {
    const response = made();
    response.setHeader('X-Same', ['a', 'b']);
    response.setHeader('X-Changed', 'a');
    response.setHeader('X-Gone', 'a');
    const before = fieldsNow(response);
    response.setHeader('x-same', ['a', 'b']);
    response.setHeader('X-Changed', ['a', 'b']);
    response.setHeader('X-New', '1');
    response.removeHeader('x-gone');

    expect(fieldsChangedSince(before, response)).toEqual({
      set: ['X-Changed', 'a', 'X-Changed', 'b', 'X-New', '1'],
      removed: ['x-gone'],
    });
  });

  it('takes elements at the end of a field', () => {
    const response = made();
    appendElement(response, 'X-List', 'a');
    appendElement(response, 'x-list', 'b');
    expect(response.getHeader('x-list')).toBe('a, b');
    response.setHeader('X-Lines', ['a', 'b']);
    appendElement(response, 'X-Lines', 'c');
    expect(response.getHeader('x-lines')).toBe('a, b, c');
  });

  it('is changed once, whichever way it is sent', () => {
    for (const send of [
      (response: ServerResponse) => response.writeHead(200, { 'X-A': '1' }),
      (response: ServerResponse) => (response.setHeader('X-A', '1'), response.end('x')),
      (response: ServerResponse) => (response.setHeader('X-A', '1'), response.write('x'), response.end('y')),
      (response: ServerResponse) => (response.setHeader('X-A', '1'), response.flushHeaders(), response.end()),
    ]) {
      const response = made();
      const seen: unknown[] = [];
      beforeHead(response, (status) => {
        seen.push(status, response.getHeader('x-a'));
        response.setHeader('X-Added', 'yes');
        return 203;
      });
      send(response);
      expect(seen).toEqual([200, '1']);
      expect([response.statusCode, response.getHeader('x-added')]).toEqual([203, 'yes']);
    }
  });

  it('is changed again after one that Node refused', () => {
    const response = made();
    const statuses: number[] = [];
    beforeHead(response, (status) => {
      statuses.push(status);
      return status;
    });

    expect(() => response.writeHead(200, 'bad\nmessage')).toThrow('Invalid character');
    response.statusMessage = '';
    expect(() => response.writeHead(42)).toThrow(RangeError);
    response.writeHead(500);

    expect(statuses).toEqual([200, 42, 500]);
    expect(() => response.writeHead(200)).toThrow('after they are sent');
    expect(statuses).toHaveLength(3);
  });

  it('can be watched by two', () => {
    const response = made();
    const order: string[] = [];
    beforeHead(response, (status) => (order.push(`outer ${status}`), status));
    beforeHead(response, (status) => (order.push(`inner ${status}`), 304));

    response.writeHead(200);

    expect(order).toEqual(['inner 200', 'outer 304']);
    expect(response.statusCode).toBe(304);
  });
});
