import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCampaign } from '../src/campaign.ts';
import { sqliteTarget } from '../src/sqlite/target.ts';

it('SQLite files survive 100 times kill -9, and lose nothing that was acknowledged', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'cache-crash-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const seed = Math.floor(Math.random() * 2 ** 31);
  const outcome = await runCampaign(sqliteTarget, { kills: 100, seed, directory, progress: () => {} });
  expect(outcome).toMatchObject({ kills: 100, faults: [] });
  expect(outcome.looks).toBeGreaterThan(50);
  expect(outcome.acknowledged).toBeGreaterThan(100);
  expect(outcome.unanswered).toBeGreaterThan(20);
}, 240_000);
