import { parsePlan, type Plan, USAGE } from './arguments.ts';
import { runHttp } from './http/run.ts';
import { runMemory } from './memory/run.ts';
import type { Row } from './report/row.ts';
import { toTable } from './report/table.ts';

const plan = parsePlan(process.argv.slice(2), (line) => console.error(line));
if (plan === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  await report(plan);
}

async function report(plan: Plan): Promise<void> {
  const all: Row[] = [];
  const run = plan.family === 'memory' ? runMemory : runHttp;
  await run(plan, (rows) => {
    all.push(...rows);
    if (!plan.json) console.log(`\n${toTable(rows)}\n`);
  });
  if (plan.json) console.log(JSON.stringify(all, null, 2));
  if (all.some((row) => row.wrong !== undefined)) console.error('some contenders were wrong');
}
