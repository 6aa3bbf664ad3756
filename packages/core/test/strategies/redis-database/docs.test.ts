import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresServer } from '@cache/services/postgres';
import { redisServer } from '@cache/services/redis';
import pg from 'pg';
import { expect, test } from 'vitest';
import * as strategy from '../../../src/strategies/redis-database/index.ts';
import { useCompiler } from '../../support/compile.ts';

const root = join(import.meta.dirname, '../../../../..');
const text = readFileSync(join(root, 'docs/strategies/redis-database.md'), 'utf8');
const [, example = ''] = /```ts\n(.*?)```/s.exec(text) ?? [];
const compiler = useCompiler();

test('the example of docs/strategies/redis-database.md writes the row', async () => {
  const [redis, postgres] = await Promise.all([redisServer(), postgresServer()]);
  const pool = new pg.Pool({ connectionString: postgres.url });
  try {
    await pool.query('CREATE TABLE stock (id integer PRIMARY KEY, count integer NOT NULL)');
    const source = JSON.stringify(join(root, 'packages/core/src/strategies/redis-database/index.ts'));
    const code = example
      .replace(/^import .*\n/m, '')
      .replace("'redis://localhost:6379'", 'url')
      .replace("name: 'stock'", `name: 'stock${randomUUID()}'`);
    const head = `{ redisDatabase }: typeof strategy, url: string, pool: { query(sql: string, values: unknown[]): Promise<unknown> }`;
    const body = `export async function play(${head}) {\n${code}\nawait stock.close();\n}\n`;
    const checked = await compiler.write('checked.ts', `import * as strategy from ${source};\n${body}`);
    expect(await compiler.complaints(checked)).toBe('');
    const file = await compiler.write('example.ts', body.replace('typeof strategy', 'any'));
    const module = await compiler.load<{ play(...given: unknown[]): Promise<void> }>(file);
    await module.play(strategy, redis.url, pool);
    expect((await pool.query('SELECT * FROM stock')).rows).toEqual([{ id: 5, count: 12 }]);
  } finally {
    await pool.query('DROP TABLE stock');
    await pool.end();
    await Promise.all([redis.stop(), postgres.stop()]);
  }
}, 200_000);
