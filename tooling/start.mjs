import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setUp } from './setup.mjs';
import { runScript } from './steps/step.mjs';
import { root } from './steps/workspace.mjs';

await runScript(async () => {
  await setUp();
  const main = join(root, 'apps/atlas/dist/main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
});
