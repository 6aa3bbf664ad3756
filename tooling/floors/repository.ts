import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { PublicEntries } from './package-borders.ts';
import { parseSource, type SourceFile } from './source-file.ts';

const root = resolve(import.meta.dirname, '../..');
const UNTRACKED = /(^|\/)(node_modules|dist|coverage|\.git|\.data)(\/|$)/;

/** The source files of every package or of every app. */
export function sourcesOf(parent: 'packages' | 'apps'): SourceFile[] {
  return membersOf(parent).flatMap((member) =>
    filesBelow(`${member}/src`)
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => parseSource(file, read(file))),
  );
}

/** What the packages and the services for tests export, read from their package.json. */
export function publicEntries(): PublicEntries {
  return new Set(
    [...membersOf('packages'), ...membersOf('tooling')].flatMap((member) => {
      const { name, exports } = JSON.parse(read(`${member}/package.json`)) as { name: string; exports: object };
      return Object.keys(exports)
        .filter((entry) => entry !== './package.json')
        .map((entry) => name + entry.slice(1));
    }),
  );
}

/** Files that git tracks or would add; without git, all that is not built or installed. */
export function trackedFiles(): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  try {
    const printed = execFileSync('git', list, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return printed.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
  } catch {
    return filesBelow('.').filter((file) => !UNTRACKED.test(file));
  }
}

/** The text of a file given by its path from the root. */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function membersOf(parent: string): string[] {
  const names = readdirSync(join(root, parent));
  return names.map((name) => `${parent}/${name}`).filter((member) => existsSync(join(root, member, 'package.json')));
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => path.slice(root.length + 1).replaceAll(sep, '/'))
    .toSorted();
}
