import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { beforeAll, describe, expect, it } from 'vitest';
import * as core from '../../src/index.ts';
import * as strategies from '../../src/strategies/index.ts';
import { useCompiler } from '../support/compile.ts';

const root = join(import.meta.dirname, '../../../..');
const docs = join(root, 'docs/strategies');
const compiler = useCompiler();

/** The beginning of the Atlas's table of cities. */
const CITIES = `
  CREATE TABLE cities (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL, country TEXT NOT NULL, kind TEXT NOT NULL,
    population INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL
  ) STRICT;
  INSERT INTO cities VALUES
    (2267057, 'Lisbon', 'lisbon', 'PT', 'PPLC', 517802, 38.71667, -9.13333),
    (2735943, 'Porto', 'porto', 'PT', 'PPLA', 249633, 41.14961, -8.61099);
`;

/** What the example of each page prints. */
const PRINTED: Readonly<Record<string, readonly unknown[][]>> = {
  'look-aside': [[517_803]],
  'read-through': [['Lisbon', 'Porto', undefined]],
  'write-through': [[['Lisbon', 'Porto']], ['Lisboa'], [['Lisboa', 'Porto']]],
  'write-around': [[[undefined, undefined]], [517_803]],
  'application-writes': [[517_902], ['Oporto']],
  rollups: [[['Lisbon', 'Porto']], [['Porto', 'Lisbon']], [['Porto', 'Lisbon']], [50, 'light']],
  forever: [['Lisboa'], [2_267_057, 'Lisboa', 'Lissabon']],
};

function exampleOf(page: string): string {
  const text = readFileSync(join(docs, `${page}.md`), 'utf8');
  const example = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code).at(page === 'README' ? 1 : 0);
  return example ?? '';
}

/** The example as a function of what it imports. */
function playable(page: string): string {
  const cities = exampleOf('README')
    .replace(/^import .*\n/gm, '')
    .replaceAll('export const', 'const');
  const declared = cities.replace('export interface', 'interface');
  const code = exampleOf(page).replace(/^import .*\n/gm, '');
  return `async function (given: Given): Promise<void> {
const { createCache, defineKeys } = given.core;
const { ${Object.keys(strategies).join()} } = given.strategies;
const { Database, console } = given;
${declared}
${code}
}
`;
}

const TYPES = `import type * as core from ${JSON.stringify(join(root, 'packages/core/src/index.ts'))};
import type * as strategies from ${JSON.stringify(join(root, 'packages/core/src/strategies/index.ts'))};
import type { Source } from ${JSON.stringify(join(root, 'packages/core/src/strategies/index.ts'))};
import type Libsql from ${JSON.stringify(join(root, 'packages/core/node_modules/libsql'))};
interface Given {
  readonly core: typeof core;
  readonly strategies: typeof strategies;
  readonly Database: typeof Libsql;
  readonly console: { log(...values: unknown[]): void };
}
`;

describe('the examples of docs/strategies', () => {
  const pages = Object.keys(PRINTED);
  let complaints = 'not checked';
  let plays: Readonly<Record<string, (given: object) => Promise<void>>> = {};

  beforeAll(async () => {
    const members = pages.map((page) => `${JSON.stringify(page)}: ${playable(page)},`);
    const module = `export const plays = {\n${members.join('\n')}\n};\n`;
    complaints = await compiler.complaints(await compiler.write('checked.ts', TYPES + module));
    const file = await compiler.write('plays.ts', module.replaceAll(': Given', ': any'));
    ({ plays } = await compiler.load<{ plays: typeof plays }>(file));
  }, 60_000);

  it('are of the right types', () => {
    expect(complaints).toBe('');
  });

  it.each(pages)('%s', async (page) => {
    const printed: unknown[][] = [];
    const console = { log: (...values: unknown[]) => printed.push(values) };
    // The first rows of the Atlas, whatever file the example asks for.
    class Atlas extends Database {
      constructor() {
        super(':memory:');
        this.exec(CITIES);
      }
    }
    await plays[page]?.({ core, strategies, Database: Atlas, console });
    await expect.poll(() => printed).toEqual(PRINTED[page]);
  });
});
