import { answerAlone } from '../measure/alone.ts';
import { PLACES, pageScenarios, runPage } from './scenario.ts';

/** Renders one page with its fragments in one place. */
const [scenarioName, placeName, url = '', warmUpMs, measureMs] = process.argv.slice(2);

await answerAlone(async () => {
  const scenario = pageScenarios.find(({ name }) => name === scenarioName);
  const place = PLACES.find((name) => name === placeName);
  if (scenario === undefined || place === undefined) throw new Error(`no ${placeName} in "${scenarioName}"`);
  return runPage(scenario, place, url, { warmUpMs: Number(warmUpMs), measureMs: Number(measureMs) });
});
