import type { PageEngine } from '../engine.ts';
import { ejsEngine } from './ejs.ts';
import { eta } from './eta.ts';
import { functions } from './functions.ts';
import { handlebars } from './handlebars.ts';
import { hono } from './hono.ts';
import { liquid } from './liquid.ts';
import { nunjucksEngine } from './nunjucks.ts';
import { pugEngine } from './pug.ts';
import { react } from './react.ts';

/** All engines, the slowest first. */
export const engines: readonly PageEngine[] = [
  liquid,
  react,
  nunjucksEngine,
  hono,
  handlebars,
  pugEngine,
  ejsEngine,
  eta,
  functions,
];
