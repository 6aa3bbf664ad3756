import { CORE, resolveImport } from './core-floors.ts';
import type { SourceFile } from './source-file.ts';

const HTTP = `${CORE}http/`;

/** Files of packages/core/src/http that are pure functions: no clock, no input or output. */
const PURE = ['headers', 'cache-control', 'freshness', 'vary', 'conditional', 'storability'];

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
  return typeOnly || isPure(target);
}

function isPure(path: string): boolean {
  return path.startsWith(HTTP) && PURE.includes(path.slice(HTTP.length).replace(/\.[jt]s$/, ''));
}
