import { setUp } from './setup.mjs';
import { runChild } from './steps/child.mjs';
import { commandStep, runScript } from './steps/step.mjs';
import { binOf, root } from './steps/workspace.mjs';

await runScript(async () => {
  await setUp();
  const typecheck = [binOf('typescript', 'tsc'), '-p', 'tsconfig.test.json'];
  await commandStep('checking the types of the tests', process.execPath, typecheck, { cwd: root });
  const vitest = [binOf('vitest', 'vitest'), 'run', ...process.argv.slice(2)];
  return runChild(process.execPath, vitest, { cwd: root, stdio: 'inherit' });
});
