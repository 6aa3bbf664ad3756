import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { poll } from './poll.ts';

/** Environment variable that names a server to use instead of starting one. */
type Variable = 'REDIS_URL' | 'MEMCACHED_URL';

/**
 * The path of a server program. Where it is missing, it is installed if that is possible without asking (as root on Debian).
 *
 * @throws when it is neither there nor can be installed; the message says what to do
 */
export async function program(name: string, debianPackage: string, variable: Variable): Promise<string> {
  return find(name) ?? (await installed(name, debianPackage)) ?? missing(name, debianPackage, variable);
}

function find(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** One process installs at a time; the others wait for it and find the program there. */
async function installed(name: string, debianPackage: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const lock = join(tmpdir(), `install-${debianPackage}.lock`);
  await poll(`nobody else installs ${debianPackage} (remove ${lock} if so)`, () => take(lock), 180_000);
  try {
    if (find(name) === undefined) {
      spawnSync('apt-get', ['update'], { stdio: 'ignore' });
      const arguments_ = ['install', '-y', '--no-install-recommends', debianPackage];
      spawnSync('apt-get', arguments_, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    }
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
  return find(name);
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function missing(name: string, debianPackage: string, variable: Variable): never {
  throw new Error(
    `These tests need the program \`${name}\`. Install it (Debian, Ubuntu: \`apt-get install ${debianPackage}\`; macOS: ` +
      `\`brew install ${debianPackage.replace('-server', '')}\`) or name a running server in ${variable}.`,
  );
}
