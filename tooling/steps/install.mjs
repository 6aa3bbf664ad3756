import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm } from './pnpm.mjs';
import { commandStep, step } from './step.mjs';
import { membersOf, root } from './workspace.mjs';

const stampFile = join(root, 'node_modules/.installed');

/** Installs what the lockfile says, unless that is what was installed last. */
export async function install(out) {
  const stamp = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) {
    await step('installing packages', () => ({ note: 'up to date' }), out);
    return;
  }
  const [command, args] = pnpm('install', '--frozen-lockfile');
  // With CI set, pnpm replaces a node_modules of another kind without asking.
  await commandStep('installing packages', command, args, { cwd: root, env: { ...process.env, CI: 'true' }, out });
  writeFileSync(stampFile, stamp);
}

function fingerprint() {
  const hash = createHash('sha256');
  hash.update(`${process.versions.modules} ${process.platform} ${process.arch}`);
  const members = ['packages', 'apps', 'tooling'].flatMap(membersOf);
  const manifests = ['.', ...members].map((member) => `${member}/package.json`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}
