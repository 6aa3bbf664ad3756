import { answerAlone } from '../measure/alone.ts';
import { memoryScenarios } from './scenarios/index.ts';

/** Runs one contender in one scenario. To profile one, start it by hand: see README.md. */
const [scenarioName, contenderName, warmUpMs, measureMs] = process.argv.slice(2);

await answerAlone(async () => {
  const scenario = memoryScenarios.find(({ name }) => name === scenarioName);
  const contender = scenario?.contenders.find(({ name }) => name === contenderName);
  if (scenario === undefined || contender === undefined) throw new Error(`no ${contenderName} in "${scenarioName}"`);
  return scenario.run(contender, { warmUpMs: Number(warmUpMs), measureMs: Number(measureMs) });
});
