import { type Child, Fragment, jsx } from 'hono/jsx';
import { type HonoFragments, honoFragments } from '../../../src/fragments/hono.ts';
import { fragmentContract } from '../support/contract.ts';
import type { Partials, Template, TemplateNode } from '../support/template.ts';

type Scope = Readonly<Record<string, unknown>>;
type Component = (properties: { readonly scope: Scope }) => ReturnType<typeof Fragment>;

const valueOf = (scope: Scope, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Scope | undefined)?.[name], scope);

/** Every node is a component, so that it runs when its turn has come. */
function component(node: TemplateNode, views: HonoFragments, partials: Partials): Component {
  const group = (children: readonly Child[]) => Fragment({ children: [...children] });
  const inside = (template: Template): Component => {
    const components = template.map((each) => component(each, views, partials));
    return ({ scope }) => group(components.map((each) => jsx(each as never, { scope })));
  };
  if (typeof node === 'string') return () => group([rawText(node)]);
  if ('print' in node) return ({ scope }) => group([String(valueOf(scope, node.print))]);
  if ('index' in node) return ({ scope }) => group([String(scope['index'])]);
  if ('hole' in node) return () => group([jsx(views.Hole as never, { name: node.hole })]);
  if ('partial' in node) return inside(partials[node.partial] ?? []);
  const Body = inside(node.body);
  if ('each' in node) {
    return ({ scope }) =>
      group(
        (valueOf(scope, node.each) as unknown[]).map((item, index) =>
          jsx(Body as never, { scope: { ...scope, [node.as]: item, index } }),
        ),
      );
  }
  if ('if' in node) return ({ scope }) => group(valueOf(scope, node.if) ? [jsx(Body as never, { scope })] : []);
  return ({ scope }) => {
    const given = Object.entries(node.options ?? {}).map(
      ([name, value]) => [name, option(scope, name, value)] as const,
    );
    const options = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    const varyOn = (node.vary ?? []).map((path) => valueOf(scope, path));
    return group([jsx(views.Cache as never, { name: node.cache, varyOn, ...options }, jsx(Body as never, { scope }))]);
  };
}

function rawText(html: string): Child {
  return Object.assign(new String(html), { isEscaped: true }) as never;
}

function option(scope: Scope, name: string, value: string | number): unknown {
  const plain = typeof value === 'string' && value.startsWith('=') ? valueOf(scope, value.slice(1)) : value;
  return plain !== undefined && ['tags', 'allow'].includes(name) ? [plain] : plain;
}

fragmentContract('Hono JSX', {
  without: { digests: 'a component has no text of which a digest could be made' },
  open(fragments, partials = {}) {
    const views = honoFragments(fragments);
    return {
      render(template, locals = {}, page) {
        const components = template.map((node) => component(node, views, partials));
        const Page = (scope: Scope) => Fragment({ children: components.map((each) => jsx(each as never, { scope })) });
        return views.render(Page as never, locals, page);
      },
    };
  },
});
