import { setUp } from './setup.mjs';
import { runChild } from './steps/child.mjs';
import { runScript } from './steps/step.mjs';
import { root } from './steps/workspace.mjs';

const args = process.argv.slice(2);

await runScript(async () => {
  await setUp(args.includes('--json') ? process.stderr : process.stdout);
  return runChild(process.execPath, ['apps/fuzz/dist/main.js', ...args], { cwd: root, stdio: 'inherit' });
});
