import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { hole } from '../../src/index.ts';
import { createNodeHandler } from '../../src/node/index.ts';
import { deferred } from '../support/deferred.ts';
import { testCache } from '../support/test-cache.ts';
import { serve } from './support/server.ts';

describe('a framework that answers once more while the holes of a page are filled', () => {
  it.each<[string, (response: ServerResponse) => unknown]>([
    ['a head', (response) => response.writeHead(204)],
    ['a head and an end', (response) => response.writeHead(204).end()],
    ['an end', (response) => response.end('other')],
    ['a piece', (response) => response.write('other')],
    ['its head', (response) => response.flushHeaders()],
  ])('is not heard: %s', async (_what, again) => {
    const filled = deferred<string>();
    const handle = createNodeHandler(testCache().cache, { maxAge: '1m', holes: { name: () => filled.promise } });
    const get = await serve((request, response) => {
      const next = (): void => {
        response.end(`Hello, ${hole('name')}!`);
        setImmediate(() => {
          again(response);
          filled.resolve('Ana');
        });
      };
      handle({ request, response, url: '/', identified: false, next });
    });
    for (let time = 0; time < 2; time += 1) {
      expect(await get('/')).toMatchObject({ status: 200, text: 'Hello, Ana!' });
    }
  });
});

describe('a framework that answers with an error, because a handler has failed in the middle of a page with holes', () => {
  it.each<[string, (response: ServerResponse) => unknown]>([
    ['with a head', (response) => response.writeHead(500, { 'X-Error': 'yes' }).end('sorry')],
    [
      'without one',
      (response) => {
        response.statusCode = 500;
        response.setHeader('X-Error', 'yes');
        response.end('sorry');
      },
    ],
    [
      'in pieces',
      (response) => {
        response.statusCode = 500;
        response.setHeader('X-Error', 'yes');
        response.write('sor');
        response.end('ry');
      },
    ],
  ])('sends that alone, and nothing is stored: %s', async (_how, explain) => {
    let failing = true;
    const { cache } = testCache();
    const handle = createNodeHandler(cache, { maxAge: '1m', holes: { name: () => 'Ana' } });
    const get = await serve((request, response) => {
      const next = (): void => {
        response.write(`Hello, ${hole('name')}`);
        setImmediate(() => {
          if (failing) explain(response);
          else response.end('!');
        });
      };
      handle({ request, response, url: '/', identified: false, next });
    });
    const answer = await get('/');
    expect(answer).toMatchObject({ status: 500, text: 'sorry' });
    expect(answer.headers['x-error']).toBe('yes');
    failing = false;
    for (let time = 0; time < 2; time += 1) {
      expect(await get('/')).toMatchObject({ status: 200, text: 'Hello, Ana!' });
    }
  });
});
