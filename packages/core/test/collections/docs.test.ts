import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as sqlite from '../../src/collections/sqlite/index.ts';
import { useCompiler } from '../support/compile.ts';

const root = join(import.meta.dirname, '../../../..');
const [, example = ''] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, 'docs/collections.md'), 'utf8')) ?? [];
const compiler = useCompiler();

test('the example of docs/collections.md crawls each page once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'collections-'));
  const links = `const asked: string[] = [];
const linksOf = async (url: string): Promise<string[]> => {
  asked.push(url);
  return asked.length > 3 ? [] : ['https://example.org/', url + 'a', url + 'b'];
};
`;
  const code = example.replace(/^import .*\n/m, '').replace("'./crawl.db'", 'path');
  const source = JSON.stringify(join(root, 'packages/core/src/collections/sqlite/index.ts'));
  const imports = `import * as sqlite from ${source};\n`;
  const body = `export async function play({ sqliteCollections }: typeof sqlite, path: string) {\n${links}${code}\nreturn asked;\n}\n`;
  expect(await compiler.complaints(await compiler.write('collections-checked.ts', imports + body))).toBe('');
  const file = await compiler.write('collections.ts', body.replace(': typeof sqlite', ''));
  const module = await compiler.load<{ play(given: typeof sqlite, path: string): Promise<string[]> }>(file);
  const asked = await module.play(sqlite, join(folder, 'crawl.db'));
  expect(asked).toEqual(['', 'a', 'b', 'aa', 'ab', 'ba', 'bb'].map((end) => `https://example.org/${end}`));
  rmSync(folder, { recursive: true, force: true });
}, 60_000);
