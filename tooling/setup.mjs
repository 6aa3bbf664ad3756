import { realpathSync } from 'node:fs';
import { build } from './steps/build.mjs';
import { install } from './steps/install.mjs';
import { runScript } from './steps/step.mjs';

/** Makes a fresh clone ready to run: installs the packages and builds them. Quick when nothing changed. */
export async function setUp(out = process.stdout) {
  await install(out);
  await build(out);
}

if (realpathSync(process.argv[1]) === import.meta.filename) await runScript(() => setUp());
