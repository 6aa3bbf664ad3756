import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const canPin =
  availableParallelism() > 1 && spawnSync('taskset', ['--version'], { stdio: 'ignore' }).error === undefined;

/** A command that runs on one core: servers have the first, the load has the second, so that neither slows the other. */
export function onCore(who: 'server' | 'load', command: string, args: readonly string[]): [string, string[]] {
  if (!canPin) return [command, [...args]];
  return ['taskset', ['-c', who === 'server' ? '0' : '1', command, ...args]];
}
