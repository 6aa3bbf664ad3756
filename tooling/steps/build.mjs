import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandStep } from './step.mjs';
import { binOf, membersOf, root } from './workspace.mjs';

/** Compiles every package and app that changed. */
export async function build(out) {
  forgetMissingOutput();
  await commandStep('building', process.execPath, [binOf('typescript', 'tsc'), '-b'], { cwd: root, out });
}

/** `tsc -b` trusts .tsbuildinfo and would not notice that somebody deleted `dist`. */
function forgetMissingOutput() {
  for (const member of ['packages', 'apps', 'tooling'].flatMap(membersOf)) {
    if (!existsSync(join(root, member, 'dist'))) rmSync(join(root, member, '.tsbuildinfo'), { force: true });
  }
}
