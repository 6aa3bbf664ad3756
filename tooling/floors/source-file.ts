import { parseAst } from 'vitest/node';

/** One import or re-export of a file. */
export interface Import {
  readonly specifier: string;
  /** Whether it is gone once the types are stripped. */
  readonly typeOnly: boolean;
}

/** What the checks want to know of a source file. */
export interface SourceFile {
  /** Path from the root of the repository, with forward slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  readonly hasDefaultExport: boolean;
}

/** Reads the imports and exports of TypeScript source text. */
export function parseSource(path: string, text: string): SourceFile {
  const imports: Import[] = [];
  let hasDefaultExport = false;

  visit(parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' }), (node) => {
    const { type, source } = node;
    if (isLiteral(source)) {
      const typeOnly = node['importKind'] === 'type' || node['exportKind'] === 'type';
      imports.push({ specifier: source.value, typeOnly });
    }
    if (type === 'ExportDefaultDeclaration' || (type === 'ExportSpecifier' && nameOf(node['exported']) === 'default')) {
      hasDefaultExport = true;
    }
  });
  return { path, imports, hasDefaultExport };
}

type SyntaxNode = Record<string, unknown> & { type: string };

function visit(value: unknown, callback: (node: SyntaxNode) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, callback);
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value)) callback(value);
  if (!Array.isArray(value)) for (const child of Object.values(value)) visit(child, callback);
}

function isNode(value: object): value is SyntaxNode {
  return 'type' in value && typeof value.type === 'string';
}

function isLiteral(value: unknown): value is { value: string } {
  return typeof value === 'object' && value !== null && 'value' in value && typeof value.value === 'string';
}

function nameOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
}
