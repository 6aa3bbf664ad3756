import { defineConfig } from 'vitest/config';

const projects = ['packages/core', 'packages/express', 'apps/atlas', 'apps/benchmark', 'tooling'];

export default defineConfig({
  ssr: { resolve: { conditions: ['@cache/source'] } },
  test: {
    projects: projects.map((root) => ({
      extends: true as const,
      test: { name: root.replace(/^.*\//, ''), root, include: ['test/**/*.test.ts'] },
    })),
  },
});
