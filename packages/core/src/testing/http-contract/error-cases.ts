import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import type { HttpPart } from './case.ts';
import { counted, counter, gate, pieces, text } from './handlers.ts';
import type { HttpAnswer } from './harness.ts';

/** What fails is answered by the framework, never stored, and harms nobody who comes later. */
export function errorCases(): HttpPart[] {
  return [
    failing('a handler that throws at once', () => {
      throw new Error('thrown by the contract');
    }),
    failing('a handler that is rejected later', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error('rejected by the contract');
    }),
    failing('a handler that answers 503 itself', () => ({ status: 503, body: 'later' })),
    failing('a handler that answers 404 itself', () => ({ status: 404, body: 'nothing here' })),
    {
      name: 'errors: of those who wait for a handler that fails, each gets an answer',
      async run({ start }) {
        const failed = gate();
        const arrived = counter();
        const page = counted(async (run) => {
          if (run > 1) return text('well');
          await failed.opened;
          throw new Error('thrown by the contract');
        });
        const client = await start({ path: '/page', policy: {}, handler: page.handler }, { identify: arrived.add });
        const asked = [1, 2, 3].map(() => client.get('/page'));
        await arrived.reach(3);
        failed.open();
        const answers = await Promise.all(asked);
        strictEqual(answers.filter(({ status }) => status === 500).length, 1);
        strictEqual(answers.filter(({ status }) => status === 200).length, 2);
        strictEqual((await client.get('/page')).text, 'well');
      },
    },
    {
      name: 'aborts: a client that leaves in the middle of a body does not store half of it',
      needs: 'socket',
      async run({ start }) {
        const rest = gate();
        const ended = gate();
        const page = counted((run) => ({
          body: run === 1 ? untilTheEnd(rest.opened, ended.open) : pieces('first ', 'second'),
        }));
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        const answer = await client.open('/page');
        await answer.chunks[Symbol.asyncIterator]().next();
        answer.leave();
        rest.open();
        await ended.opened;
        for (let time = 0; time < 2; time += 1) strictEqual((await client.get('/page')).text, 'first second');
        ok(page.runs <= 2);
      },
    },
    {
      name: 'aborts: when the first of several leaves, those who wait for the same response still get it',
      needs: 'socket',
      async run({ start }) {
        const made = gate();
        const arrived = counter();
        const page = counted(async (run) => {
          await made.opened;
          return text(`run ${run}`);
        });
        const client = await start({ path: '/page', policy: {}, handler: page.handler }, { identify: arrived.add });
        const leaving = new AbortController();
        const first = client.open('/page', { signal: leaving.signal });
        await arrived.reach(1);
        const others = [1, 2, 3].map(() => client.get('/page'));
        await arrived.reach(4);
        leaving.abort();
        await rejects(first);
        made.open();
        const answers = await Promise.all(others);
        deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
        strictEqual(new Set(answers.map((answer) => answer.text)).size, 1);
      },
    },
  ];
}

function failing(what: string, fail: () => HttpAnswer | Promise<HttpAnswer>): HttpPart {
  return {
    name: `errors: ${what} is not stored`,
    async run({ start }) {
      const page = counted((run) => (run === 1 ? fail() : text('well')));
      const client = await start({ path: '/page', policy: {}, handler: page.handler });
      const failed = await client.get('/page');
      ok(failed.status >= 400, `the status is ${failed.status}`);
      ok(!/^hit|stored/.test(failed.cacheStatus ?? ''), `Cache-Status is ${failed.cacheStatus}`);
      deepStrictEqual([(await client.get('/page')).text, (await client.get('/page')).text], ['well', 'well']);
      strictEqual(page.runs, 2);
    },
  };
}

async function* untilTheEnd(rest: Promise<void>, ended: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield Buffer.from('first ');
    await rest;
    yield Buffer.from('second');
  } finally {
    ended();
  }
}
