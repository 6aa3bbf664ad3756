import { randomUUID } from 'node:crypto';
import { redisServer } from '@cache/services/redis';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { redis } from '../../../src/backends/redis/index.ts';
import { type Backend, memory } from '../../../src/index.ts';
import { contentCases } from './content-cases.ts';
import type { FragmentEngine } from './engine.ts';
import { failureCases } from './failure-cases.ts';
import { holeCases } from './hole-cases.ts';
import { keyCases } from './key-cases.ts';
import { nestingCases } from './nesting-cases.ts';
import { sensitiveCases } from './sensitive-cases.ts';

/** Runs everything that is expected of an engine, with fragments in memory and in Redis. */
export function fragmentContract(name: string, engine: FragmentEngine): void {
  describe(`${name}: fragments in memory`, () => {
    cases(engine, () => memory({ maxEntries: 2_000 }));
  });
  describe(`${name}: fragments in Redis`, () => {
    cases(engine, useRedis());
  });
}

function cases(engine: FragmentEngine, open: () => Backend): void {
  for (const of of [contentCases, keyCases, nestingCases, failureCases, holeCases, sensitiveCases]) of(engine, open);
}

function useRedis(): () => Backend {
  let server: Awaited<ReturnType<typeof redisServer>>;
  const opened: Backend[] = [];
  beforeAll(async () => {
    server = await redisServer();
  }, 200_000);
  afterEach(async () => {
    for (const backend of opened.splice(0)) await backend.close();
  });
  afterAll(() => server.stop());
  return () => {
    const backend = redis(server.url, { prefix: `t${randomUUID()}`, timeout: '5s' });
    opened.push(backend);
    return backend;
  };
}
