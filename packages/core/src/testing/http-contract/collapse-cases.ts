import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import type { HttpPart, HttpWorld } from './case.ts';
import type { Answer, Ask } from './client.ts';
import { counted, counter, gate, text } from './handlers.ts';
import type { HttpAnswer } from './harness.ts';

/** Simultaneous requests for one response run the handler once, and share nothing that is not meant for all of them. */
export function collapseCases(): HttpPart[] {
  return [
    {
      name: 'collapsing: ten simultaneous requests run the handler once',
      async run(world) {
        const { answers, runs } = await together(
          world,
          Array.from({ length: 10 }, () => ({})),
        );
        strictEqual(runs, 1);
        deepStrictEqual(new Set(answers.map((answer) => answer.text)), new Set(['run 1']));
        const count = (wanted: string): number => answers.filter(({ cacheStatus }) => cacheStatus === wanted).length;
        deepStrictEqual([count('fwd=uri-miss; stored'), count('fwd=uri-miss; collapsed')], [1, 9]);
      },
    },
    {
      name: 'collapsing: a cookie that the handler sets reaches one client only',
      async run(world) {
        const cookie = (run: number): HttpAnswer => text(`run ${run}`, [['Set-Cookie', `session=${run}`]]);
        const { answers, runs } = await together(
          world,
          Array.from({ length: 6 }, () => ({})),
          cookie,
        );
        strictEqual(runs, 6);
        deepStrictEqual(new Set(answers.map((answer) => answer.header('set-cookie'))).size, 6);
        for (const answer of answers) strictEqual(answer.header('set-cookie'), `session=${answer.text.slice(4)}`);
      },
    },
    {
      name: 'collapsing: what is found not to be storable is not waited for again',
      async run({ start }) {
        const arrived = counter();
        const running = counter();
        const released = gate();
        const page = counted(async (run) => {
          running.add();
          if (run > 1) await released.opened;
          return text(`run ${run}`, [['Cache-Control', 'private']]);
        });
        const client = await start({ path: '/page', policy: {}, handler: page.handler }, { identify: arrived.add });
        await client.get('/page');
        const asked = [1, 2, 3, 4].map(() => client.get('/page'));
        // All four are in the handler at once; were each to wait for the one before, this would never come.
        await running.reach(5);
        released.open();
        const answers = await Promise.all(asked);
        strictEqual(new Set(answers.map((answer) => answer.text)).size, 4);
      },
    },
    {
      name: 'collapsing: requests for different variants do not share',
      async run(world) {
        const asks = ['de', 'de', 'fr', 'fr'].map((language) => ({ headers: { 'accept-language': language } }));
        const { answers } = await together(world, asks, (_run, language) => ({
          ...text(language ?? '', [['Vary', 'Accept-Language']]),
        }));
        deepStrictEqual(
          answers.map((answer) => answer.text),
          ['de', 'de', 'fr', 'fr'],
        );
      },
    },
    {
      name: 'collapsing: HEAD does not wait for a GET that does not end',
      async run({ start }) {
        const released = gate();
        const begun = gate();
        const page = counted(async (run) => {
          if (run === 1) {
            begun.open();
            await released.opened;
          }
          return text('made');
        });
        const client = await start({ path: '/page', policy: {}, handler: page.handler });
        const get = client.get('/page');
        await begun.opened;
        strictEqual((await client.get('/page', { method: 'HEAD' })).status, 200);
        released.open();
        match((await get).cacheStatus ?? '', /stored$/);
      },
    },
  ];
}

/** Sends requests for one page at once; no handler answers before all have come to the cache. */
async function together(
  { start }: HttpWorld,
  asks: readonly Ask[],
  answer = (run: number, _language: string | undefined): HttpAnswer => text(`run ${run}`),
): Promise<{ answers: Answer[]; runs: number }> {
  const arrived = counter();
  const page = counted(async (run, call) => {
    const language = call.header('accept-language');
    await arrived.reach(asks.length);
    return answer(run, language);
  });
  const client = await start({ path: '/page', policy: {}, handler: page.handler }, { identify: arrived.add });
  const answers = await Promise.all(asks.map((ask) => client.get('/page', ask)));
  return { answers, runs: page.runs };
}
