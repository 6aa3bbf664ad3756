import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { poll } from './poll.ts';

const APT_GET = '/usr/bin/apt-get';

/** Environment variable that names a server to use instead of starting one. */
type Variable = 'REDIS_URL' | 'MEMCACHED_URL' | 'POSTGRES_URL';

/**
 * The path of a server program. Where it is missing, it is installed if that is possible without asking (as root on Debian).
 *
 * @throws when it is neither there nor can be installed; the message says what to do
 */
export async function program(name: string, debianPackage: string, variable: Variable): Promise<string> {
  const found = find(name);
  if (found !== undefined) return found;
  const failure = canInstall() ? await install(name, debianPackage) : undefined;
  return find(name) ?? missing(name, debianPackage, variable, failure);
}

function find(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];
  return [...folders, ...versionFolders()].map((folder) => join(folder, name)).find(isExecutable);
}

/** Where Debian keeps the programs of each version of PostgreSQL, the newest first. */
function versionFolders(): string[] {
  const parent = '/usr/lib/postgresql';
  const versions = existsSync(parent) ? readdirSync(parent) : [];
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(parent, version, 'bin'));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync(APT_GET);
}

/** One process installs at a time; the others wait for it and find the program there. What went wrong, if anything did. */
async function install(name: string, debianPackage: string): Promise<string | undefined> {
  const lock = join(tmpdir(), `install-${debianPackage}.lock`);
  await poll(`nobody else installs ${debianPackage} (remove ${lock} if so)`, () => take(lock), 180_000);
  try {
    if (find(name) !== undefined) return undefined;
    process.stderr.write(`Installing ${debianPackage}, which tests need, with apt-get ...\n`);
    // Older lists of packages may be good enough.
    const outdated = aptGet('update');
    const failure = aptGet('install', '-y', '--no-install-recommends', debianPackage);
    return failure && [outdated, failure].filter((each) => each !== undefined).join('\n');
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** What went wrong, if anything did. */
function aptGet(...options: readonly string[]): string | undefined {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr, error } = spawnSync(APT_GET, options, { stdio: ['ignore', 'ignore', 'pipe'], env });
  if (status === 0) return undefined;
  return `apt-get ${options.join(' ')}: ${error?.message ?? stderr.toString().trim()}`;
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function missing(name: string, debianPackage: string, variable: Variable, failure: string | undefined): never {
  throw new Error(
    `These tests need the program \`${name}\`. Install it (Debian, Ubuntu: \`apt-get install ${debianPackage}\`; macOS: ` +
      `\`brew install ${debianPackage.replace('-server', '')}\`) or name a running server in ${variable}.` +
      (failure === undefined ? '' : `\nInstalling it failed: ${failure}`),
  );
}
