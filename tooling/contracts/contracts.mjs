import { parseArgs } from 'node:util';
import { StepFailure } from '../steps/step.mjs';

/**
 * What `npm run contract -- <name>` runs: test files in each of which every outermost `describe` is called after what its tests are counted
 * for: `redis`, or `redis: what this part is about`. A case that does not apply there is skipped, and its name ends with `(not here: why)`.
 */
export const contracts = {
  backends: {
    projects: ['core'],
    files: ['packages/core/test/backends/contract/', 'packages/core/test/backends/sqlite/processes.test.ts'],
    each: 'engine',
  },
  http: {
    projects: ['express', 'koa', 'hono', 'nestjs', 'nestjs11'],
    files: ['test/contract'],
    each: 'engine',
  },
  fragments: {
    projects: ['core'],
    files: ['packages/core/test/fragments/contract/'],
    each: 'engine',
  },
};

export const USAGE = `Usage: npm run contract -- ${Object.keys(contracts).join('|')} [--json] [--engine NAME]`;

/** The name of the contract, whether to print JSON, and what it is limited to. */
export function contractArguments(args) {
  const each = Object.values(contracts).map((contract) => [contract.each, { type: 'string' }]);
  try {
    const options = { json: { type: 'boolean', default: false }, ...Object.fromEntries(each) };
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [name = '', ...more] = positionals;
    const { json, ...limits } = values;
    const only = limits[contracts[name]?.each];
    if (!Object.hasOwn(contracts, name) || more.length > 0 || (only !== undefined && !/^[\w ()-]+$/.test(only)))
      throw new Error();
    return { name, json, only };
  } catch {
    throw new StepFailure(USAGE);
  }
}
