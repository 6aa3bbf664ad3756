import { type ComponentType, createElement, Fragment as Group, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { type ReactFragments, reactFragments } from '../../../src/fragments/react.ts';
import { fragmentContract } from '../support/contract.ts';
import type { Partials, Template, TemplateNode } from '../support/template.ts';

type Scope = Readonly<Record<string, unknown>>;
type Component = ComponentType<{ readonly scope: Scope }>;

const valueOf = (scope: Scope, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Scope | undefined)?.[name], scope);

/** React has no tags that are opened here and closed there, as the templates of the contract have: they are put in afterwards. */
const tags: string[] = [];
const tag = (html: string): string => `\u{E000}${tags.push(html) - 1}\u{E001}`;
const withTags = (text: string): string =>
  text.replace(/\u{E000}(\d+)\u{E001}/gu, (_, index: string) => tags[Number(index)] ?? '');

/** Every node is a component, so that it runs when its turn has come. */
function component(node: TemplateNode, views: ReactFragments, partials: Partials): Component {
  const group = (children: readonly ReactNode[]) => createElement(Group, {}, ...children);
  const inside = (template: Template): Component => {
    const components = template.map((each) => component(each, views, partials));
    return ({ scope }) => group(components.map((each) => createElement(each, { scope })));
  };
  if (typeof node === 'string') return () => tag(node);
  if ('print' in node) return ({ scope }) => `${(valueOf(scope, node.print) ?? '') as string}`;
  if ('index' in node) return ({ scope }) => String(scope['index']);
  if ('hole' in node) return () => createElement(views.Hole, { name: node.hole });
  if ('partial' in node) return inside(partials[node.partial] ?? []);
  const Body = inside(node.body);
  if ('each' in node) {
    return ({ scope }) =>
      group(
        (valueOf(scope, node.each) as unknown[]).map((item, index) =>
          createElement(Body, { scope: { ...scope, [node.as]: item, index } }),
        ),
      );
  }
  if ('if' in node) return ({ scope }) => (valueOf(scope, node.if) ? createElement(Body, { scope }) : null);
  return ({ scope }) => {
    const given = Object.entries(node.options ?? {}).map(
      ([name, value]) => [name, option(scope, name, value)] as const,
    );
    const options = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    const varyOn = (node.vary ?? []).map((path) => valueOf(scope, path)) as string[];
    return createElement(views.Cache, { name: node.cache, varyOn, ...options }, createElement(Body, { scope }));
  };
}

function option(scope: Scope, name: string, value: string | number): unknown {
  const plain = typeof value === 'string' && value.startsWith('=') ? valueOf(scope, value.slice(1)) : value;
  return plain !== undefined && ['tags', 'allow'].includes(name) ? [plain] : plain;
}

fragmentContract('React', {
  without: { digests: 'a component has no text of which a digest could be made' },
  open(fragments, partials = {}) {
    const views = reactFragments(fragments, { toHtml: (node) => withTags(renderToStaticMarkup(node)) });
    return {
      render(template, locals = {}, page) {
        const components = template.map((node) => component(node, views, partials));
        const Page = (scope: Scope) =>
          createElement(Group, {}, ...components.map((each) => createElement(each, { scope })));
        return views.render(Page, locals, page);
      },
    };
  },
});
