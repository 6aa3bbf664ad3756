import { expect, it } from 'vitest';
import { runCampaign } from '../src/headers/campaign.ts';

it('finds neither a throw nor a store that the rules forbid in twenty thousand mutated lines', {
  timeout: 60_000,
}, async () => {
  const { faults, trials, stored, reused, forbidden } = await runCampaign({ lines: 20_000, seed: 4 });

  expect(faults).toEqual([]);
  // A cache that stores nothing would pass, too.
  expect(stored).toBeGreaterThan(trials / 5);
  expect(reused).toBeGreaterThan(trials / 15);
  expect(Object.keys(forbidden).sort()).toEqual([
    'authorization',
    'content-range',
    'cookie',
    'method',
    'must-understand',
    'no-cache',
    'no-store',
    'no-store of the request',
    'pragma',
    'private',
    'read',
    'set-cookie',
    'status',
    'vary',
  ]);
  expect(Math.min(...Object.values(forbidden))).toBeGreaterThan(10);
});
