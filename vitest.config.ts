import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const projects = [
  'packages/core',
  'packages/express',
  'apps/atlas',
  'apps/benchmark',
  'apps/conformance',
  'apps/crash',
  'apps/fuzz',
  'apps/gateway',
  'tooling',
];

export default defineConfig({
  ssr: { resolve: { conditions: ['@cache/source'] } },
  test: {
    // By default one core is left alone; most of these tests wait for servers.
    maxWorkers: Math.max(2, availableParallelism()),
    // Tests with real servers and processes can meet a machine that stands still for a moment; a second failure counts.
    retry: process.env['CI'] === undefined ? 0 : 1,
    projects: projects.map((root) => ({
      extends: true as const,
      test: { name: root.replace(/^.*\//, ''), root, include: ['test/**/*.test.ts'] },
    })),
  },
});
