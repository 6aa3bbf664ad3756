import type { Outcome } from '../measure/outcome.ts';
import { memoryScenarios } from './scenarios/index.ts';

/**
 * Runs one contender in one scenario, in a process of its own, and sends the outcome to the parent. Started
 * by hand it prints the outcome, which is how to profile one: see README.md.
 */
const [scenarioName, contenderName, warmUpMs, measureMs] = process.argv.slice(2);
const outcome = await run();
if (process.send === undefined) console.log(outcome);
else process.send(outcome, () => process.exit());

async function run(): Promise<Outcome> {
  const scenario = memoryScenarios.find(({ name }) => name === scenarioName);
  const contender = scenario?.contenders.find(({ name }) => name === contenderName);
  if (scenario === undefined || contender === undefined) throw new Error(`no ${contenderName} in "${scenarioName}"`);
  try {
    return await scenario.run(contender, { warmUpMs: Number(warmUpMs), measureMs: Number(measureMs) });
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}
