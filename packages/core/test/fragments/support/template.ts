/** A template that each engine writes in its own way. */
export type TemplateNode =
  | string
  /** Prints a local, escaped: `city.name`. */
  | { readonly print: string }
  /** Prints the index in the loop around it. */
  | { readonly index: true }
  | { readonly each: string; readonly as: string; readonly body: Template }
  | { readonly if: string; readonly body: Template }
  | { readonly partial: string }
  | { readonly hole: string }
  /** A cached block. Values of `vary` are locals, options are literals or, with an `=` before them, locals. */
  | { readonly cache: string; readonly vary?: readonly string[]; readonly options?: Options; readonly body: Template };

export type Template = readonly TemplateNode[];
export type Options = Readonly<Record<string, string | number>>;
export type Partials = Readonly<Record<string, Template>>;

/** The same without cached blocks. */
export function uncached(template: Template): Template {
  return template.flatMap((node): TemplateNode[] => {
    if (typeof node === 'string' || !('body' in node)) return [node];
    return 'cache' in node ? [...uncached(node.body)] : [{ ...node, body: uncached(node.body) }];
  });
}

/** How an engine writes the nodes. */
export interface Syntax {
  readonly print: (path: string) => string;
  readonly index: string;
  readonly each: (list: string, item: string, body: string) => string;
  readonly when: (path: string, body: string) => string;
  readonly partial: (name: string) => string;
  readonly hole: (name: string) => string;
  /** Arguments are written as the engine reads them. */
  readonly cache: (values: readonly string[], options: readonly (readonly [string, string])[], body: string) => string;
}

/** The text of a template. */
export function write(template: Template, syntax: Syntax): string {
  return template.map((node) => writeNode(node, syntax)).join('');
}

function writeNode(node: TemplateNode, syntax: Syntax): string {
  if (typeof node === 'string') return node;
  if ('print' in node) return syntax.print(node.print);
  if ('index' in node) return syntax.index;
  if ('partial' in node) return syntax.partial(node.partial);
  if ('hole' in node) return syntax.hole(node.hole);
  const body = write(node.body, syntax);
  if ('each' in node) return syntax.each(node.each, node.as, body);
  if ('if' in node) return syntax.when(node.if, body);
  const options = Object.entries(node.options ?? {}).map(([name, value]) => [name, literal(value)] as const);
  return syntax.cache([`'${node.cache}'`, ...(node.vary ?? [])], options, body);
}

function literal(value: string | number): string {
  if (typeof value === 'number') return `${value}`;
  return value.startsWith('=') ? value.slice(1) : `'${value}'`;
}
