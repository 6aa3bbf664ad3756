import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkSuite, SuiteError } from './check-suite.ts';
import type { Group } from './model.ts';

/** Where the suite is kept by those who wrote it. */
export const SUITE_ADDRESS = 'https://github.com/http-tests/cache-tests';

/**
 * Reads a suite from its exported JSON, or from a checkout.
 *
 * @throws SuiteError
 */
export async function readSuite(
  source: { readonly file: string } | { readonly folder: string },
): Promise<readonly Group[]> {
  if ('file' in source) return readJson(source.file);
  const index = resolve(source.folder, 'tests/index.mjs');
  if (existsSync(index)) return checkSuite(await defaultExport(index));
  const exported = ['cache-tests.json', 'tests.json', 'tests/index.json']
    .map((name) => join(source.folder, name))
    .find((file) => existsSync(file));
  if (exported !== undefined) return readJson(exported);
  throw new SuiteError(
    `${source.folder} has neither tests/index.mjs nor cache-tests.json; is it a checkout of ${SUITE_ADDRESS}?`,
  );
}

function readJson(file: string): readonly Group[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SuiteError(`${file} cannot be read: ${messageOf(error)}`);
  }
  try {
    return checkSuite(JSON.parse(text));
  } catch (error) {
    throw error instanceof SuiteError ? error : new SuiteError(`${file} is not JSON: ${messageOf(error)}`);
  }
}

async function defaultExport(file: string): Promise<unknown> {
  const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  return module.default;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
