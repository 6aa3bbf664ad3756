import { setUp } from './setup.mjs';
import { runChild } from './steps/child.mjs';
import { commandStep, runScript } from './steps/step.mjs';
import { binOf, root } from './steps/workspace.mjs';

await runScript(async () => {
  await setUp();
  // NestJS knows decorators in their older form only, which no other code here uses.
  for (const project of ['tsconfig.test.json', 'packages/nestjs/test/tsconfig.json']) {
    const typecheck = [binOf('typescript', 'tsc'), '-p', project];
    await commandStep(`checking the types of the tests (${project})`, process.execPath, typecheck, { cwd: root });
  }
  const vitest = [binOf('vitest', 'vitest'), 'run', ...process.argv.slice(2)];
  return runChild(process.execPath, vitest, { cwd: root, stdio: 'inherit' });
});
