import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of the whole repository. */
export const root = resolve(import.meta.dirname, '../..');

/** The folders directly below `packages`, `apps` or `tooling` that are npm packages, as paths from the root. */
export function membersOf(parent) {
  return readdirSync(join(root, parent))
    .map((name) => `${parent}/${name}`)
    .filter((member) => existsSync(join(root, member, 'package.json')))
    .toSorted();
}

/** The parsed package.json of a member. */
export function manifestOf(member) {
  return JSON.parse(readFileSync(join(root, member, 'package.json'), 'utf8'));
}

/** The script that a dependency of the root declares as its command, to be run with this very node. */
export function binOf(dependency, command) {
  const folder = join(root, 'node_modules', dependency);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}
