import { Liquid } from 'liquidjs';
import { liquidFragments } from '../../../src/fragments/liquid.ts';
import { fragmentContract } from '../support/contract.ts';
import { type Syntax, write } from '../support/template.ts';

const syntax: Syntax = {
  print: (path) => `{{ ${path} }}`,
  index: '{{ forloop.index0 }}',
  each: (list, item, body) => `{% for ${item} in ${list} %}${body}{% endfor %}`,
  when: (path, body) => `{% if ${path} %}${body}{% endif %}`,
  partial: (name) => `{% include '${name}' %}`,
  hole: (name) => `{% hole '${name}' %}`,
  cache: (values, options, body) =>
    `{% cache ${[...values, ...options.map(([name, value]) => `${name}: ${value}`)].join(', ')} %}${body}{% endcache %}`,
};

fragmentContract('LiquidJS', {
  open(fragments, partials = {}) {
    const templates = Object.fromEntries(
      Object.entries(partials).map(([name, partial]) => [name, write(partial, syntax)] as const),
    );
    const liquid = new Liquid({ templates, outputEscape: 'escape' });
    const views = liquidFragments(liquid, fragments);
    return { render: (template, locals, page) => views.render(liquid.parse(write(template, syntax)), locals, page) };
  },
});
