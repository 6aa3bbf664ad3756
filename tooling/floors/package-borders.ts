import { resolveImport } from './core-floors.ts';
import type { SourceFile } from './source-file.ts';

/** The entries that packages publish, as others import them: `@cache/core`, `@cache/core/node`. */
export type PublicEntries = ReadonlySet<string>;

/** Says which imports of a file leave its package or app other than through a public entry that it may use. */
export function borderViolations(file: SourceFile, entries: PublicEntries): string[] {
  const [parent = '', name = ''] = file.path.split('/');
  const home = `${parent}/${name}/`;
  return file.imports.flatMap(({ specifier }) => {
    const complaint = complain(file.path, specifier, home, entries);
    return complaint === undefined ? [] : [`${file.path} imports ${specifier}: ${complaint}`];
  });
}

function complain(from: string, specifier: string, home: string, entries: PublicEntries): string | undefined {
  if (specifier.startsWith('.')) {
    return resolveImport(from, specifier).startsWith(home) ? undefined : `it leaves ${home}`;
  }
  if (!specifier.startsWith('@cache/')) return undefined;
  if (home === 'packages/core/') return 'core may not import another package';
  if (!entries.has(specifier)) return 'not a public entry of a package';
  const isCore = specifier === '@cache/core' || specifier.startsWith('@cache/core/');
  if (home.startsWith('packages/') && !isCore) return 'an adapter may not import another adapter';
  return undefined;
}
