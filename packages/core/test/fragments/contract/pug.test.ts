import pug from 'pug';
import { pugFragments } from '../../../src/fragments/pug.ts';
import { fragmentContract } from '../support/contract.ts';
import type { Options, Template, TemplateNode } from '../support/template.ts';

/** Lines of a template; what stands in a block is indented. */
function lines(template: Template): string[] {
  return template.flatMap(linesOf);
}

function linesOf(node: TemplateNode): string[] {
  if (typeof node === 'string') return [`!= ${JSON.stringify(node)}`];
  // Pug itself makes a string of an object twice, and the contract counts.
  if ('print' in node) return [`= ${node.print} === undefined ? '' : String(${node.print})`];
  if ('index' in node) return ['= index'];
  if ('partial' in node) return [`include ${node.partial}`];
  if ('hole' in node) return [`+hole('${node.hole}')`];
  const body = lines(node.body).map((line) => `  ${line}`);
  if ('each' in node) return [`each ${node.as}, index in ${node.each}`, ...body];
  if ('if' in node) return [`if ${node.if}`, ...body];
  const values = [`'${node.cache}'`, ...(node.vary ?? []), named(node.options ?? {})];
  return [`+cache(${values.join(', ')})`, ...body];
}

function named(options: Options): string {
  const written = Object.entries(options).map(([name, value]) => {
    const isLocal = typeof value === 'string' && value.startsWith('=');
    return `${name}: ${isLocal ? value.slice(1) : JSON.stringify(value)}`;
  });
  return `{ ${written.join(', ')} }`;
}

fragmentContract('Pug', {
  open(fragments, partials = {}) {
    const files = {
      resolve: (name: string) => name,
      read: (name: string) => lines(partials[name.replace('.pug', '')] ?? []).join('\n'),
    };
    const views = pugFragments(pug, fragments, { plugins: [files] });
    return {
      render: (template, locals, page) => views.render(views.compile(lines(template).join('\n'), 'page'), locals, page),
    };
  },
});
