import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setUp } from './setup.mjs';
import { runScript } from './steps/step.mjs';
import { root } from './steps/workspace.mjs';

await runScript(async () => {
  await setUp(process.stderr);
  const main = join(root, 'apps/gateway/dist/main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
});
