import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { runAlone } from '../src/measure/alone.ts';
import type { Outcome } from '../src/measure/outcome.ts';

const worker = fileURLToPath(new URL('../dist/write-behind/worker.js', import.meta.url));

it.each(['floor', 'floor, 50 callers (reference)', 'write-behind, memory', 'write-behind, sqlite'])(
  '%s brings everything to the database, and is timed',
  async (contender) => {
    const folder = mkdtempSync(join(tmpdir(), 'benchmark-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const outcome = await runAlone<Outcome>(worker, ['SQLite, 2,000 keys', contender, folder, '', '', '20', '50']);
    expect(outcome).toMatchObject({ opsPerSecond: expect.any(Number) as number });
  },
  20_000,
);
