import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCampaign } from '../src/campaign.ts';
import { redisWriteBehind, sqliteWriteBehind } from '../src/write-behind/target.ts';

it.each([
  ['SQLite', sqliteWriteBehind, 60],
  ['Redis', redisWriteBehind, 40],
])(
  'write-behind with a journal in %s loses nothing that was acknowledged when it is killed, and keeps the order of each key',
  async (_, make, kills) => {
    const directory = mkdtempSync(join(tmpdir(), 'cache-crash-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const target = await make();
    onTestFinished(() => target.close?.());
    const seed = Math.floor(Math.random() * 2 ** 31);
    const outcome = await runCampaign(target, { kills, seed, directory, progress: () => {} });
    expect(outcome).toMatchObject({ kills, faults: [] });
    expect(outcome.looks).toBeGreaterThan(kills / 2);
    expect(outcome.acknowledged).toBeGreaterThan(kills);
    expect(outcome.unanswered).toBeGreaterThan(kills / 5);
    expect(Object.keys(outcome.places).length).toBeGreaterThan(2);
  },
  240_000,
);
