import { describe, expect, test } from 'vitest';
import { CORE, floorViolations } from '../floors/core-floors.ts';
import { fetchViolations, loadedWithFetch } from '../floors/fetch-platform.ts';
import { borderViolations } from '../floors/package-borders.ts';
import { pureHttpViolations } from '../floors/pure-http.ts';
import { publicEntries, sourcesOf } from '../floors/repository.ts';
import { parseSource } from '../floors/source-file.ts';

const packages = sourcesOf('packages');
const apps = sourcesOf('apps');
const core = packages.filter(({ path }) => path.startsWith(CORE));

describe('the repository', () => {
  test('has source files to check', () => {
    expect(core.length).toBeGreaterThan(0);
    expect(apps.length).toBeGreaterThan(0);
  });

  test('keeps the floors of the core', () => {
    expect(core.flatMap(floorViolations)).toEqual([]);
  });

  test('keeps its HTTP rules free of clock and input', () => {
    expect(core.flatMap(pureHttpViolations)).toEqual([]);
  });

  test('keeps what is made for any platform free of Node', () => {
    expect(core.flatMap(fetchViolations)).toEqual([]);
  });

  // Workers (with `nodejs_compat`), Deno and Bun have these. What makes the list longer must be looked for there first.
  test('loads little of Node with the cache and its part for any platform', () => {
    const needed = ['async_hooks', 'crypto', 'stream', 'util', 'v8', 'zlib'].map((name) => `node:${name}`);
    expect(loadedWithFetch(core)).toEqual(['lru-cache', ...needed]);
  });

  test('crosses package borders only through public entries', () => {
    const entries = publicEntries();
    expect([...packages, ...apps].flatMap((file) => borderViolations(file, entries))).toEqual([]);
  });

  test('has no default export in a package', () => {
    expect(packages.filter((file) => file.hasDefaultExport).map((file) => file.path)).toEqual([]);
  });
});

describe('the checks notice', () => {
  const entries = new Set(['@cache/core', '@cache/core/node', '@cache/express']);
  const file = (path: string, text: string) => parseSource(path, text);

  test('an import of a later floor, in every form of import', () => {
    const text = [
      `import { memory } from '../backends/memory.ts';`,
      `import { reply } from '../node/reply.ts';`,
      `import type { Page } from '../http/page.ts';`,
      `export * from '../index.ts';`,
      `export { createCache } from '../create-cache.ts';`,
      `const late = () => import('../fetch/fetch.ts');`,
      `type Capture = import('../node/capture.ts').Capture;`,
      `// import '../testing/index.ts'`,
      `const text = "import '../testing/index.ts'";`,
    ].join('\n');
    expect(floorViolations(file('packages/core/src/invalidation/log.ts', text))).toEqual([
      'packages/core/src/invalidation/log.ts imports ../node/reply.ts: floor coherence may not import floor platform',
      'packages/core/src/invalidation/log.ts imports ../http/page.ts: floor coherence may not import floor use',
      'packages/core/src/invalidation/log.ts imports ../index.ts: floor coherence may not import floor public',
      'packages/core/src/invalidation/log.ts imports ../create-cache.ts: floor coherence may not import floor cache',
      'packages/core/src/invalidation/log.ts imports ../fetch/fetch.ts: floor coherence may not import floor platform',
      'packages/core/src/invalidation/log.ts imports ../node/capture.ts: floor coherence may not import floor platform',
    ]);
  });

  test('a core file or folder without a floor', () => {
    expect(floorViolations(file('packages/core/src/helpers/x.ts', ''))).toEqual([
      'packages/core/src/helpers/x.ts is on no floor: name it in core-floors.ts',
    ]);
    expect(floorViolations(file('packages/core/src/entry.ts', `import '../../express/src/index.ts'`))).toEqual([]);
  });

  test('time and input in a pure HTTP file', () => {
    const text = [
      `import { parse } from './cache-control.ts';`,
      `import type { Entry } from '../entry.ts';`,
      `import type { Clock } from '../clock.ts';`,
      `import type { IncomingHttpHeaders } from 'node:http';`,
      `import { Fill } from './fill.ts';`,
      `import { CacheError } from '../errors.ts';`,
      `import { Cache } from '../cache.ts';`,
    ].join('\n');
    expect(pureHttpViolations(file('packages/core/src/http/freshness.ts', text))).toEqual(
      ['../clock.ts', 'node:http', './fill.ts', '../cache.ts'].map(
        (specifier) =>
          `packages/core/src/http/freshness.ts imports ${specifier}: a pure file may import only pure siblings and types`,
      ),
    );
    expect(pureHttpViolations(file('packages/core/src/http/http-cache.ts', text))).toEqual([]);
  });

  test('something of Node in what is made for any platform', () => {
    const text = [
      `import { createHash } from 'node:crypto';`,
      `import { reply } from '../node/reply.ts';`,
      `import { Fill } from '../http/fill.ts';`,
    ].join('\n');
    const path = 'packages/core/src/fetch/run.ts';
    expect(fetchViolations(file(path, text))).toEqual(
      ['node:crypto', '../node/reply.ts'].map(
        (specifier) => `${path} imports ${specifier}: fetch/ runs where there is no Node`,
      ),
    );
    expect(fetchViolations(file('packages/core/src/node/reply.ts', text))).toEqual([]);
  });

  test('what is loaded by way of something else', () => {
    const files = [
      file('packages/core/src/index.ts', `export { a } from './a.ts'; export type { B } from './b.ts';`),
      file(
        'packages/core/src/a.ts',
        `import { c } from './index.ts'; import 'node:zlib'; import type { D } from 'node:v8';`,
      ),
      file('packages/core/src/b.ts', `import 'node:fs';`),
      file('packages/core/src/fetch/index.ts', `import { lru } from 'lru-cache';`),
    ];
    expect(loadedWithFetch(files)).toEqual(['lru-cache', 'node:zlib']);
  });

  test('imports that cross a border', () => {
    const text = [
      `import { createCache } from '@cache/core';`,
      `import { capture } from '@cache/core/node';`,
      `import { Space } from '@cache/core/src/space.ts';`,
      `import { secret } from '../../core/src/space.ts';`,
      `import { cacheResponse } from '@cache/express';`,
      `import { other } from '@cache/atlas';`,
      `import { own } from './own.ts';`,
    ].join('\n');
    const complaints = (path: string) =>
      borderViolations(file(path, text), entries).map((line) => line.slice(`${path} imports `.length));
    expect(complaints('packages/hono/src/index.ts')).toEqual([
      '@cache/core/src/space.ts: not a public entry of a package',
      '../../core/src/space.ts: it leaves packages/hono/',
      '@cache/express: an adapter may not import another adapter',
      '@cache/atlas: not a public entry of a package',
    ]);
    expect(complaints('apps/atlas/src/main.ts')).toEqual([
      '@cache/core/src/space.ts: not a public entry of a package',
      '../../core/src/space.ts: it leaves apps/atlas/',
      '@cache/atlas: not a public entry of a package',
    ]);
    expect(complaints('packages/core/src/index.ts')).toContain('@cache/express: core may not import another package');
  });

  test('a default export', () => {
    const found = (text: string) => file('packages/core/src/key.ts', text).hasDefaultExport;
    expect(found('export default function key() {}')).toBe(true);
    expect(found('const key = 1; export { key as default };')).toBe(true);
    expect(found(`export { default } from './key.ts';`)).toBe(true);
    expect(found('/** export default */ export const key = "export default 1";')).toBe(false);
  });
});
