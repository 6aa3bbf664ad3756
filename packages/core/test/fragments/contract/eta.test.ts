import { Eta } from 'eta';
import { etaFragments } from '../../../src/fragments/eta.ts';
import { fragmentContract } from '../support/contract.ts';
import { type Syntax, write } from '../support/template.ts';

const local = (path: string, of: string = 'it'): string => `${of}.${path.replaceAll('.', '?.')}`;
const value = (text: string): string => (/^['\d]/.test(text) ? text : local(text));

const syntax: Syntax = {
  print: (path) => `<%= ${local(path)} %>`,
  index: '<%= it.index %>',
  // Loops shadow `it`, so that a path means the same everywhere.
  each: (list, item, body) =>
    `<% { const around = it; ${local(list, 'around')}.forEach((${item}, index) => { ` +
    `const it = { ...around, ${item}, index }; %>${body}<% }); } %>`,
  when: (path, body) => `<% if (${local(path)}) { %>${body}<% } %>`,
  partial: (name) => `<%~ include('@${name}', it) %>`,
  hole: (name) => `<%~ hole('${name}') %>`,
  cache: (values, options, body) => {
    const named = `{ ${options.map(([name, text]) => `${name}: ${value(text)}`).join(', ')} }`;
    return `<%~ cache(${[...values.map(value), named].join(', ')}, () => { %>${body}<% }) %>`;
  },
};

fragmentContract('Eta', {
  open(fragments, partials = {}) {
    const eta = new Eta({ autoTrim: false });
    const views = etaFragments(eta, fragments);
    for (const [name, partial] of Object.entries(partials)) eta.loadTemplate(`@${name}`, write(partial, syntax));
    return {
      async render(template, locals, page) {
        eta.loadTemplate('@page', write(template, syntax));
        return views.render('@page', locals, page);
      },
    };
  },
});
