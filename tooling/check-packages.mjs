import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { pnpm } from './steps/pnpm.mjs';
import { commandStep, runScript, StepFailure, step } from './steps/step.mjs';
import { binOf, manifestOf, membersOf, root } from './steps/workspace.mjs';

await runScript(async () => {
  await setUp();
  const target = mkdtempSync(join(tmpdir(), 'packed-'));
  try {
    for (const member of membersOf('packages')) await checkPackage(member, target);
  } finally {
    rmSync(target, { recursive: true });
  }
});

async function checkPackage(member, target) {
  const { name, version } = manifestOf(member);
  await step(`${name}: every built file has a source`, () => rejectOrphans(member));
  const [command, args] = pnpm('pack', '--pack-destination', target);
  await commandStep(`${name}: packing`, command, args, { cwd: join(root, member) });
  const archive = join(target, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  await check(`${name}: publint`, [binOf('publint', 'publint'), archive, '--strict']);
  await check(`${name}: are the types wrong`, [
    binOf('@arethetypeswrong/cli', 'attw'),
    archive,
    '--profile',
    'esm-only',
  ]);
}

async function check(title, args) {
  await commandStep(title, process.execPath, args, { cwd: root });
}

/** The compiler leaves the output of a deleted source where it was, and it would be published. */
function rejectOrphans(member) {
  const dist = join(root, member, 'dist');
  const orphans = readdirSync(dist, { recursive: true })
    .filter((file) => file.endsWith('.js'))
    .filter((file) => !existsSync(join(root, member, 'src', file.replace(/\.js$/, '.ts'))));
  if (orphans.length > 0) {
    throw new StepFailure(`${member}/dist has files without a source; delete it: ${orphans.join(', ')}`);
  }
}
