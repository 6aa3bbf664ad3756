import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const projects = [
  'packages/core',
  'packages/express',
  'packages/hono',
  'packages/koa',
  'apps/atlas',
  'apps/benchmark',
  'apps/conformance',
  'apps/crash',
  'apps/fuzz',
  'apps/gateway',
  'tooling',
];

const WITH_NEST = ['apps/atlas', 'apps/gateway'];

// The tests of one adapter on two versions of its framework: what they and the adapter import is the one or the other.
const nest = { root: 'packages/nestjs', include: ['test/**/*.test.ts'] };
const nest11 = join(import.meta.dirname, 'packages/nestjs/test/nest11/node_modules/@nestjs');
const nestProjects = [
  { name: 'nestjs', alias: [] },
  { name: 'nestjs11', alias: [{ find: /^@nestjs\//, replacement: `${nest11}/` }] },
].map(({ name, alias }) => ({
  extends: true as const,
  oxc: { decorator: { legacy: true } },
  resolve: { alias },
  test: { ...nest, name },
}));

export default defineConfig({
  ssr: { resolve: { conditions: ['@cache/source'] } },
  test: {
    // By default one core is left alone; most of these tests wait for servers.
    maxWorkers: Math.max(2, availableParallelism()),
    // Tests with real servers and processes can meet a machine that stands still for a moment; a second failure counts.
    retry: process.env['CI'] === undefined ? 0 : 1,
    projects: [
      ...projects.map((root) => ({
        extends: true as const,
        // NestJS knows decorators in their older form only.
        ...(WITH_NEST.includes(root) && { oxc: { decorator: { legacy: true } } }),
        test: { name: root.replace(/^.*\//, ''), root, include: ['test/**/*.test.ts'] },
      })),
      ...nestProjects,
    ],
  },
});
