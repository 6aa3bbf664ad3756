import type { Plan } from '../arguments.ts';
import type { Outcome } from '../measure/outcome.ts';
import { interleave } from '../measure/rounds.ts';
import { type Row, toRows } from '../report/row.ts';
import { type HttpContender, httpContenders } from './contender.ts';
import { type HttpScenario, httpScenarios } from './scenarios.ts';
import { startServer } from './server-process.ts';

const PEERS = new Map(httpContenders.flatMap(({ name, peer }) => (peer === undefined ? [] : [[name, peer] as const])));

/** Runs the HTTP scenarios of a plan; the rows of each are handed over when it is done. */
export async function runHttp(plan: Plan, onRows: (rows: Row[]) => void): Promise<void> {
  for (const scenario of httpScenarios) {
    const names = plan.select(
      scenario.name,
      httpContenders.map(({ name }) => name),
    );
    const results = await interleave(names, plan.rounds, (name, round) => {
      plan.progress(`${scenario.name}: round ${round + 1} of ${plan.rounds}, ${name}`);
      const contender = httpContenders.find((other) => other.name === name);
      if (contender === undefined) throw new Error(`no contender ${name}`);
      return measureServer(scenario, contender, plan);
    });
    if (names.length > 0) onRows(toRows(scenario.name, results, PEERS));
  }
}

async function measureServer(scenario: HttpScenario, contender: HttpContender, plan: Plan): Promise<Outcome> {
  const server = await startServer(contender);
  try {
    return await scenario.run(server, contender, plan);
  } finally {
    await server.stop();
  }
}
