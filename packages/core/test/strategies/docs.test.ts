import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as core from '../../src/index.ts';
import { useCompiler } from '../support/compile.ts';

const root = join(import.meta.dirname, '../../../..');
const text = readFileSync(join(root, 'docs/decorators.md'), 'utf8');
const [functions = '', decorators = '', registered = ''] = [...text.matchAll(/```ts\n(.*?)```/gs)].map(
  ([, code]) => code,
);
const compiler = useCompiler();

/** The database that the examples speak of. */
const DATABASE = `
interface City { readonly id: number; readonly name: string }
const rows = new Map<number, City>([[5, { id: 5, name: 'Lisbon' }]]);
const queries: string[] = [];
const rename = async (id: number, name: string): Promise<City> => {
  rows.set(id, { id, name });
  return { id, name };
};
const db = {
  city: async (id: number): Promise<City | null> => {
    queries.push('city ' + id);
    return rows.get(id) ?? null;
  },
  cities: async (_country: string): Promise<City[]> => [...rows.values()],
  rename,
  create: (name: string) => rename(6, name),
  remove: async (id: number, _reason?: string) => rows.delete(id),
};
`;

/** What an example declares after it was checked and run. */
async function play(name: string, example: string, result: string): Promise<unknown> {
  const imports = `import * as core from ${JSON.stringify(join(root, 'packages/core/src/index.ts'))};\n`;
  const names = 'cached, cacheEvict, cachePut, createCache, createCaches, defineKeys, registerCaches';
  const code = example.replace(/^import .*\n/m, '');
  const cache = example.includes('const cache =') ? '' : 'const cache = createCache();\n';
  const body = `export async function play({ ${names} }: typeof core) {\n${cache}${DATABASE}${code}\nreturn ${result};\n}\n`;
  expect(await compiler.complaints(await compiler.write(`${name}-checked.ts`, imports + body))).toBe('');
  const file = await compiler.write(`${name}.ts`, body.replace(': typeof core', ''));
  const module = await compiler.load<{ play(given: typeof core): Promise<unknown> }>(file);
  return module.play(core);
}

describe('the examples of docs/decorators.md', () => {
  it('about functions', async () => {
    const result = `{ queries, key: readCity.key(5), city: await readCity(5), removed: await removeCity(5), gone: await readCity(5) }`;
    expect(await play('functions', functions, result)).toEqual({
      queries: ['city 5', 'city 5', 'city 5'],
      key: ['city', 5],
      city: { id: 5, name: 'Lisboa' },
      removed: true,
      gone: null,
    });
  }, 60_000);

  it('about decorators', async () => {
    const code = `${decorators}
      const cities = new Cities();
      const read = [await cities.find(5), await cities.find(5), await cities.create('Porto'), await cities.find(6)];
      await cities.remove(5, 'test');
      read.push(await cities.find(5));`;
    const [lisbon, porto] = [
      { id: 5, name: 'Lisbon' },
      { id: 6, name: 'Porto' },
    ];
    expect(await play('decorators', code, '{ read, queries }')).toEqual({
      read: [lisbon, lisbon, porto, porto, null],
      queries: ['city 5', 'city 5'],
    });
  }, 60_000);

  it('about names', async () => {
    const code = `${registered}\nconst read = cached('cities', { name: 'read' }, (id: number) => db.city(id));`;
    expect(await play('names', code, 'await read(5)')).toEqual({ id: 5, name: 'Lisbon' });
  }, 60_000);
});
