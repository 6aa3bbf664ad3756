import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Arguments, parseArguments } from './arguments.ts';
import { type Outcome, runCampaign } from './campaign.ts';
import { sqliteTarget } from './sqlite/target.ts';
import type { Target } from './trial.ts';
import { redisWriteBehind, sqliteWriteBehind } from './write-behind/target.ts';

const TARGETS: Readonly<Record<string, () => Target | Promise<Target>>> = {
  sqlite: () => sqliteTarget,
  'write-behind': sqliteWriteBehind,
  'write-behind:sqlite': sqliteWriteBehind,
  'write-behind:redis': redisWriteBehind,
};
const TELL_EVERY = 100;

const USAGE = `Usage: npm run crash -- sqlite|write-behind [options]
  --journal J of write-behind: sqlite (default) or redis
  --kills N   how often a writer is killed (default 100)
  --seed S    what is done and when, as far as that can be repeated (default: another one each time)
  --json      nothing but JSON on stdout (with: npm run --silent crash)`;

const given = parseArguments(process.argv.slice(2), Object.keys(TARGETS));
const makeTarget = given && TARGETS[given.target];
if (given === undefined || makeTarget === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  await crash(await makeTarget(), given);
}

async function crash(target: Target, { kills, seed, json }: Arguments): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'cache-crash-'));
  const progress = (done: number): void => {
    if (done % TELL_EVERY === 0) console.error(`${done} of ${kills} kills`);
  };
  const outcome = await runCampaign(target, { kills, seed, directory, progress });
  await target.close?.();
  if (json) console.log(JSON.stringify(outcome, null, 2));
  else console.log(toText(outcome));
  if (outcome.faults.length === 0) return rmSync(directory, { recursive: true, force: true });
  console.error(`The files are in ${directory}.`);
  process.exitCode = 1;
}

function toText({ target, kills, seed, acknowledged, unanswered, looks, places, faults, seconds }: Outcome): string {
  const told = [
    `${kills} kills`,
    `${looks} looks`,
    `${acknowledged} operations acknowledged`,
    `${unanswered} under way when killed`,
    `${faults.length} faults`,
    `${seconds} s`,
    `seed ${seed}`,
  ];
  const atPlaces = Object.entries(places).map(([place, times]) => `  ${times} died ${place}`);
  return [`${target}: ${told.join(', ')}`, ...atPlaces, ...faults.map((fault) => `  ${fault}`)].join('\n');
}
