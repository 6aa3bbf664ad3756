import { CORE, resolveImport } from './core-floors.ts';
import type { SourceFile } from './source-file.ts';

/** What an application loads that runs wherever there are `Request` and `Response`. */
const ENTRIES = [`${CORE}index.ts`, `${CORE}fetch/index.ts`];

/** The modules outside the core that are loaded with `@cache/core` and `@cache/core/fetch`, sorted. */
export function loadedWithFetch(core: readonly SourceFile[]): string[] {
  const files = new Map(core.map((file) => [file.path, file]));
  const seen = new Set<string>();
  const outside = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { specifier, typeOnly } of files.get(path)?.imports ?? []) {
      if (typeOnly) continue;
      if (specifier.startsWith('.')) visit(resolveImport(path, specifier));
      else outside.add(specifier);
    }
  };
  for (const entry of ENTRIES) visit(entry);
  return [...outside].sort();
}

/** Says which files of core/src/fetch import something of Node, or what was made for Node. */
export function fetchViolations({ path, imports }: SourceFile): string[] {
  if (!path.startsWith(`${CORE}fetch/`)) return [];
  return imports
    .filter(
      ({ specifier }) => specifier.startsWith('node:') || resolveImport(path, specifier).startsWith(`${CORE}node/`),
    )
    .map(({ specifier }) => `${path} imports ${specifier}: fetch/ runs where there is no Node`);
}
