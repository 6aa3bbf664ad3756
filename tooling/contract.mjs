import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractArguments, contracts } from './contracts/contracts.mjs';
import { countsOf, printTable, reasonsOf } from './contracts/results.mjs';
import { setUp } from './setup.mjs';
import { runChild } from './steps/child.mjs';
import { runScript, StepFailure } from './steps/step.mjs';
import { binOf, root } from './steps/workspace.mjs';

await runScript(async () => {
  const { name, json, only } = contractArguments(process.argv.slice(2));
  const contract = contracts[name];
  // With --json, nothing but the results may be on the standard output.
  await setUp(json ? process.stderr : process.stdout);
  const folder = mkdtempSync(join(tmpdir(), 'contract-results-'));
  try {
    const report = join(folder, 'report.json');
    const code = await runChild(
      process.execPath,
      [binOf('vitest', 'vitest'), ...vitestArguments(contract, only, report)],
      {
        cwd: root,
        stdio: ['inherit', json ? 2 : 1, 2],
        env: { ...process.env, CONTRACT: 'thorough' },
      },
    );
    const results = JSON.parse(readFileSync(report, 'utf8'));
    const counts = countsOf(results, only);
    if (Object.keys(counts).length === 0) throw new StepFailure(`No ${contract.each} is called "${only}".`);
    if (json) console.log(JSON.stringify(counts));
    else printTable(counts, contract.each, reasonsOf(results));
    return code === 0 && Object.values(counts).every(({ failed }) => failed === 0) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function vitestArguments({ projects, files }, only, report) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const filter = only === undefined ? [] : ['--testNamePattern', `^${only.replaceAll(/[()]/g, '\\$&')}(:| )`];
  const selected = projects.flatMap((project) => ['--project', project]);
  return ['run', ...selected, ...files, ...reporters, ...filter];
}
