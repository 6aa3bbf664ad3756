import { setUp } from './setup.mjs';
import { runChild } from './steps/child.mjs';
import { runScript } from './steps/step.mjs';
import { root } from './steps/workspace.mjs';

const args = process.argv.slice(2);

await runScript(async () => {
  await setUp(args.includes('--json') ? process.stderr : process.stdout);
  const benchmark = ['--expose-gc', 'apps/benchmark/dist/main.js', ...args];
  return runChild(process.execPath, benchmark, { cwd: root, stdio: 'inherit' });
});
