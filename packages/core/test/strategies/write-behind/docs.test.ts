import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresServer } from '@cache/services/postgres';
import pg from 'pg';
import { expect, test } from 'vitest';
import * as core from '../../../src/index.ts';
import * as strategies from '../../../src/strategies/index.ts';
import { sqliteJournal } from '../../../src/strategies/write-behind/sqlite/index.ts';
import { useCompiler } from '../../support/compile.ts';
import { testDirectory } from './journals.ts';

const root = join(import.meta.dirname, '../../../../..');
const text = readFileSync(join(root, 'docs/strategies/write-behind.md'), 'utf8');
const [, example = ''] = /```ts\n(.*?)```/s.exec(text) ?? [];
const compiler = useCompiler();

test('the example of docs/strategies/write-behind.md writes the last count', async () => {
  const server = await postgresServer();
  const pool = new pg.Pool({ connectionString: server.url });
  try {
    await pool.query('CREATE TABLE visits (path text PRIMARY KEY, count integer NOT NULL)');
    const source = (name: string): string => JSON.stringify(join(root, 'packages/core/src', name));
    const code = example
      .replaceAll(/^import .*\n/gm, '')
      .replace("{ name: 'visits' }", "{ name: 'visits', journal, drain: false }");
    const head = `{ createCache }: typeof core, { writeBehind, journal }: typeof strategies & { journal: strategies.Journal }`;
    const query = `pool: { query(sql: string, values?: unknown[]): Promise<{ rows: { count: number }[] }> }`;
    const body = `export async function play(${head}, ${query}) {\n${code}\nawait visits.close();\n}\n`;
    const imports = `import * as core from ${source('index.ts')};\nimport * as strategies from ${source('strategies/index.ts')};\n`;
    const checked = await compiler.write('checked.ts', imports + body);
    expect(await compiler.complaints(checked)).toBe('');
    const file = await compiler.write('example.ts', body.replaceAll(/: typeof .*?(?=, [{p])/g, ': any'));
    const module = await compiler.load<{ play(...given: unknown[]): Promise<void> }>(file);
    const journal = sqliteJournal({ directory: testDirectory() });
    await module.play(core, { ...strategies, journal }, pool);
    expect((await pool.query('SELECT * FROM visits')).rows).toEqual([{ path: '/', count: 2 }]);
  } finally {
    await pool.query('DROP TABLE IF EXISTS visits');
    await pool.end();
    await server.stop();
  }
}, 200_000);
