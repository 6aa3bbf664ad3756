import { CORE, resolveImport } from './core-floors.ts';
import type { SourceFile } from './source-file.ts';

const HTTP = `${CORE}http/`;

/** Files of packages/core/src/http that keep something or ask the time. All others are pure functions. */
const WITH_STATE = [
  'fill',
  'fill-flights',
  'fill-holes',
  'hit-learner',
  'holed-pass',
  'http-cache',
  'purge',
  'response-controls',
  'response-encoder',
  'response-store',
];

/** Files of the core that are pure as well. */
const PURE_FOUNDATION = ['duration', 'entry', 'errors'];

/** Says which imports of a pure HTTP file would let time or the outside world in. */
export function pureHttpViolations(file: SourceFile): string[] {
  if (!isPure(file.path)) return [];
  return file.imports
    .filter(({ specifier, typeOnly }) => !mayImport(file.path, specifier, typeOnly))
    .map(({ specifier }) => `${file.path} imports ${specifier}: a pure file may import only pure siblings and types`);
}

function mayImport(from: string, specifier: string, typeOnly: boolean): boolean {
  if (specifier.startsWith('node:')) return false;
  const target = specifier.startsWith('.') ? resolveImport(from, specifier) : specifier;
  if (/\/clock(\.[jt]s)?$/.test(target)) return false;
  return typeOnly || isPure(target) || PURE_FOUNDATION.includes(nameIn(CORE, target));
}

function isPure(path: string): boolean {
  return path.startsWith(HTTP) && !WITH_STATE.includes(nameIn(HTTP, path));
}

function nameIn(folder: string, path: string): string {
  return path.startsWith(folder) ? path.slice(folder.length).replace(/\.[jt]s$/, '') : '';
}
