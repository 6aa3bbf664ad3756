import ejs from 'ejs';
import { ejsFragments } from '../../../src/fragments/ejs.ts';
import { fragmentContract } from '../support/contract.ts';
import { type Syntax, write } from '../support/template.ts';

const local = (path: string, of: string = 'locals'): string => `${of}.${path.replaceAll('.', '?.')}`;
const value = (text: string): string => (/^['\d]/.test(text) ? text : local(text));

const syntax: Syntax = {
  print: (path) => `<%= ${local(path)} %>`,
  index: '<%= locals.index %>',
  // Loops shadow `locals`, so that a path means the same everywhere.
  each: (list, item, body) =>
    `<% { const around = locals; ${local(list, 'around')}.forEach((${item}, index) => { ` +
    `const locals = { ...around, ${item}, index }; %>${body}<% }); } %>`,
  when: (path, body) => `<% if (${local(path)}) { %>${body}<% } %>`,
  partial: (name) => `<%- include('${name}', locals) %>`,
  hole: (name) => `<%- hole('${name}') %>`,
  cache: (values, options, body) => {
    const named = `{ ${options.map(([name, text]) => `${name}: ${value(text)}`).join(', ')} }`;
    return `<% cache(${[...values.map(value), named].join(', ')}, () => { %>${body}<% }) %>`;
  },
};

fragmentContract('EJS', {
  open(fragments, partials = {}) {
    const includer = (name: string) => ({ template: write(partials[name] ?? [], syntax) });
    const views = ejsFragments(ejs, fragments, { includer });
    return {
      render: (template, locals, page) => views.render(views.compile(write(template, syntax)), locals, page),
    };
  },
});
