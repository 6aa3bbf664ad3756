import type { Outcome } from '../measure/outcome.ts';
import type { HttpContender } from './contender.ts';
import { applyLoad, type LoadTask } from './load/load.ts';
import { PATH } from './page.ts';
import type { ServerProcess } from './server-process.ts';
import { ask, verifyNotModified, verifyPage } from './verify.ts';

/** How long a server is warmed up and measured in one round. */
export interface HttpBudget {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** V8 optimizes what has run often, however long that took on a busy machine. */
const WARM_UP_ANSWERS = 8_000;

/** A kind of request that servers are compared at. */
export interface HttpScenario {
  readonly name: string;
  run(server: ServerProcess, contender: HttpContender, budget: HttpBudget): Promise<Outcome>;
}

/** What is compared over HTTP. */
export const httpScenarios: readonly HttpScenario[] = [
  {
    name: '10 KB page hit',
    run: async (server, { cached }, budget) => {
      const wrong = await verifyPage(server, cached);
      return wrong === undefined ? underLoad(server, cached, budget, { status: 200, headers: {} }) : { wrong };
    },
  },
  {
    name: '304 for a page that the client has',
    run: async (server, { cached }, budget) => {
      // Some caches give a response its validator when they store it: the second answer is the one that counts.
      await ask(server.port);
      const { etag } = (await ask(server.port)).headers;
      if (etag === undefined) return { wrong: 'it sends no ETag' };
      const wrong = await verifyNotModified(server, etag, cached);
      const expected = { status: 304, headers: { 'If-None-Match': etag } };
      return wrong === undefined ? underLoad(server, cached, budget, expected) : { wrong };
    },
  },
];

async function underLoad(
  server: ServerProcess,
  cached: boolean,
  budget: HttpBudget,
  expected: Pick<LoadTask, 'status' | 'headers'>,
): Promise<Outcome> {
  const task = { port: server.port, path: PATH, ...expected };
  await applyLoad({ ...task, durationMs: budget.warmUpMs, atLeast: WARM_UP_ANSWERS });
  const before = await server.work();
  const { answers, unexpected, ...measured } = await applyLoad({ ...task, durationMs: budget.measureMs });
  const after = await server.work();
  if (answers === 0) return { wrong: 'it gave no answer under load' };
  if (unexpected > 0) return { wrong: `${unexpected} unexpected answers under load` };
  if (cached && after.handled > before.handled) return { wrong: 'its handler ran under load' };
  return { ...measured, cpuMs: (after.cpuMs - before.cpuMs) / answers };
}
