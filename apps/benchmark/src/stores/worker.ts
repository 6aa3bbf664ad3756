import { answerAlone } from '../measure/alone.ts';
import { isStoreFamily, storeScenarios } from './families.ts';
import { runStoreScenario } from './scenario.ts';

/** Runs one contender in one scenario, at a place that is empty and its own. */
const [family = '', scenarioName, contenderName, place = '', warmUpMs, measureMs] = process.argv.slice(2);

await answerAlone(async () => {
  const scenarios = isStoreFamily(family) ? storeScenarios[family] : [];
  const scenario = scenarios.find(({ name }) => name === scenarioName);
  const contender = scenario?.contenders.find(({ name }) => name === contenderName);
  if (scenario === undefined || contender === undefined) throw new Error(`no ${contenderName} in "${scenarioName}"`);
  return runStoreScenario(scenario, contender, place, { warmUpMs: Number(warmUpMs), measureMs: Number(measureMs) });
});
