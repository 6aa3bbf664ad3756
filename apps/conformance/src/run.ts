import type { Plan } from './arguments.ts';
import type { Outcome } from './client/run-test.ts';
import { runTests } from './client/run-tests.ts';
import { startGateway } from './gateway-process.ts';
import { startOrigin } from './origin/origin.ts';
import type { Group } from './suite/model.ts';

/** How long the public engine waits for a response, and what its pauses are. */
const PATIENCE = 10_000;
const PAUSE = 3_000;

/** Plays the tests once against an empty cache. */
export async function runOnce(
  groups: readonly Group[],
  plan: Plan,
  onDone: (done: number) => void,
): Promise<readonly Outcome[]> {
  const origin = await startOrigin(plan.originPort);
  try {
    const gateway = plan.base === undefined ? await startGateway(origin.url, plan.gateway) : undefined;
    const stage = { origin, base: gateway?.url ?? plan.base ?? '', patience: PATIENCE, pause: PAUSE };
    try {
      const tests = groups.flatMap((group) => group.tests);
      return await runTests(tests, stage, { atATime: plan.atATime, onDone });
    } finally {
      await gateway?.stop();
    }
  } finally {
    await origin.close();
  }
}
