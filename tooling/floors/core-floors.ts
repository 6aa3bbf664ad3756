import { posix } from 'node:path';
import type { SourceFile } from './source-file.ts';

/**
 * The floors of packages/core/src from the ground up. A file may import from its own floor and from the
 * floors listed before it. Names are files or folders directly below `src`.
 */
const FLOORS: readonly (readonly [name: string, members: readonly string[]])[] = [
  ['foundation', ['entry', 'key', 'duration', 'clock', 'errors', 'events', 'isolation', 'lifetime-options']],
  ['storage', ['codecs', 'backends']],
  ['coherence', ['coordination', 'invalidation']],
  [
    'cache',
    [
      'hole-marks',
      'dependencies',
      'batches',
      'hole',
      'loader',
      'space',
      'updates',
      'value-loads',
      'value-writes',
      'byte-source',
      'value-streams',
      'load-many',
      'list-keys',
      'entry-info',
      'locks',
      'throttle',
      'cache',
      'create-cache',
      'create-caches',
    ],
  ],
  ['use', ['strategies', 'fragments', 'http', 'keyv', 'collections']],
  ['platform', ['node', 'fetch']],
  ['public', ['index', 'testing']],
];

/** The source folder of the core package. */
export const CORE = 'packages/core/src/';

/** Says which imports of a core file point to a later floor, or to a file that has no floor. */
export function floorViolations(file: SourceFile): string[] {
  const floor = floorOf(file.path);
  if (floor === undefined) return [`${file.path} is on no floor: name it in core-floors.ts`];
  return file.imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .flatMap(({ specifier }) => {
      const target = resolveImport(file.path, specifier);
      const targetFloor = target.startsWith(CORE) ? floorOf(target) : undefined;
      if (targetFloor === undefined || targetFloor <= floor) return [];
      return [`${file.path} imports ${specifier}: floor ${nameOf(floor)} may not import floor ${nameOf(targetFloor)}`];
    });
}

/** The path that a relative specifier means, without looking at the disk. */
export function resolveImport(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier);
}

function floorOf(path: string): number | undefined {
  const member =
    path
      .slice(CORE.length)
      .split('/')[0]
      ?.replace(/\.[jt]sx?$/, '') ?? '';
  const index = FLOORS.findIndex(([, members]) => members.includes(member));
  return index === -1 ? undefined : index;
}

function nameOf(floor: number): string {
  return FLOORS[floor]?.[0] ?? 'unknown';
}
