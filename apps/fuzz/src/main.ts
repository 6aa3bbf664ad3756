import { type Arguments, parseArguments } from './arguments.ts';
import { type Outcome, runCampaign } from './headers/campaign.ts';

const USAGE = `Usage: npm run fuzz -- headers [options]
  --full      a million mutated lines instead of a hundred thousand
  --lines N   so many
  --seed S    which ones (default: others each time)
  --json      nothing but JSON on stdout (with: npm run --silent fuzz)`;

const TELL_EVERY = 100_000;

const given = parseArguments(process.argv.slice(2));
if (given === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else await fuzz(given);

async function fuzz({ lines, seed, json }: Arguments): Promise<void> {
  let told = 0;
  const progress = (done: number): void => {
    if (done < told + TELL_EVERY) return;
    told += TELL_EVERY;
    console.error(`${told} of ${lines} lines`);
  };
  const outcome = await runCampaign({ lines, seed, progress });
  console.log(json ? JSON.stringify(outcome, null, 2) : toText(outcome));
  if (outcome.faults.length > 0) process.exitCode = 1;
}

function toText({ lines, trials, stored, reused, forbidden, faults, seconds, seed }: Outcome): string {
  const refused = Object.values(forbidden).reduce((sum, count) => sum + count, 0);
  const told = [
    `${lines} mutated lines`,
    `${trials} trials`,
    `${stored} stored`,
    `${reused} reused`,
    `${refused} forbidden`,
    `${faults.length} faults`,
    `${seconds} s`,
    `seed ${seed}`,
  ];
  return [
    `headers: ${told.join(', ')}`,
    ...faults.map(({ what, trial }) => `  ${what}\n  ${JSON.stringify(trial)}`),
  ].join('\n');
}
