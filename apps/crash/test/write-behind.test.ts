import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCampaign } from '../src/campaign.ts';
import { sqliteWriteBehind } from '../src/write-behind/target.ts';

it('write-behind survives 100 times kill -9, loses nothing that was acknowledged, and keeps the order of each key', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'cache-crash-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const seed = Math.floor(Math.random() * 2 ** 31);
  const outcome = await runCampaign(sqliteWriteBehind(), { kills: 100, seed, directory, progress: () => {} });
  expect(outcome).toMatchObject({ kills: 100, faults: [] });
  expect(outcome.looks).toBeGreaterThan(50);
  expect(outcome.acknowledged).toBeGreaterThan(100);
  expect(outcome.unanswered).toBeGreaterThan(20);
  expect(Object.keys(outcome.places).length).toBeGreaterThan(3);
}, 240_000);
