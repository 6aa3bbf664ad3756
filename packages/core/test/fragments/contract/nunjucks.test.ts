import nunjucks from 'nunjucks';
import { nunjucksFragments } from '../../../src/fragments/nunjucks.ts';
import { fragmentContract } from '../support/contract.ts';
import { type Syntax, write } from '../support/template.ts';

const syntax: Syntax = {
  print: (path) => `{{ ${path} }}`,
  index: '{{ loop.index0 }}',
  each: (list, item, body) => `{% for ${item} in ${list} %}${body}{% endfor %}`,
  when: (path, body) => `{% if ${path} %}${body}{% endif %}`,
  partial: (name) => `{% include "${name}" %}`,
  hole: (name) => `{% hole '${name}' %}`,
  cache: (values, options, body) =>
    `{% cache ${[...values, ...options.map(([name, value]) => `${name}=${value}`)].join(', ')} %}${body}{% endcache %}`,
};

fragmentContract('Nunjucks', {
  open(fragments, partials = {}) {
    const loader: nunjucks.ILoader = {
      getSource: (name) => ({ src: write(partials[name] ?? [], syntax), path: name, noCache: false }),
    };
    const environment = new nunjucks.Environment(loader, { autoescape: true });
    const views = nunjucksFragments(environment, fragments);
    return {
      render: (template, locals, page) =>
        views.render(new nunjucks.Template(write(template, syntax), environment), locals, page),
    };
  },
});
