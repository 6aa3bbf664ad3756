import Handlebars from 'handlebars';
import { handlebarsFragments } from '../../../src/fragments/handlebars.ts';
import { fragmentContract } from '../support/contract.ts';
import { type Syntax, write } from '../support/template.ts';

const syntax: Syntax = {
  print: (path) => `{{${path}}}`,
  index: '{{@index}}',
  each: (list, item, body) => `{{#each ${list} as |${item}|}}${body}{{/each}}`,
  when: (path, body) => `{{#if ${path}}}${body}{{/if}}`,
  // A partial sees no names of the blocks around it.
  partial: (name) => `{{> ${name} city=city}}`,
  hole: (name) => `{{hole '${name}'}}`,
  cache: (values, options, body) =>
    `{{#cache ${[...values, ...options.map(([name, value]) => `${name}=${value}`)].join(' ')}}}${body}{{/cache}}`,
};

fragmentContract('Handlebars', {
  open(fragments, partials = {}) {
    const handlebars = Handlebars.create();
    const views = handlebarsFragments(handlebars, fragments);
    for (const [name, partial] of Object.entries(partials)) handlebars.registerPartial(name, write(partial, syntax));
    return {
      render: (template, locals, page) => views.render(handlebars.compile(write(template, syntax)), locals, page),
    };
  },
});
