import type { Scenario } from '../scenario.ts';
import { hit, taggedHit } from './hit.ts';
import { set } from './set.ts';
import { size } from './size.ts';
import { stampede } from './stampede.ts';

/** All that is compared in memory. */
export const memoryScenarios: readonly Scenario[] = [
  hit,
  taggedHit,
  set,
  stampede,
  size(1_000),
  size(100_000),
  size(1_000_000),
];
