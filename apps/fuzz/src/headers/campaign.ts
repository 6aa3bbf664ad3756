import { setImmediate } from 'node:timers/promises';
import { createCache } from '@cache/core';
import { createNodeHandler, type Exchange } from '@cache/core/node';
import { type FakeClock, fakeClock } from '@cache/core/testing';
import { Random } from '../random.ts';
import { exchange } from './exchange.ts';
import { grow } from './grammar.ts';
import { type Judgement, judge } from './rules/judge.ts';
import { SETUPS } from './setups.ts';
import type { Given, Setup, Trial } from './trial.ts';

/** A trial that went wrong. */
export interface Fault {
  readonly what: string;
  readonly trial: Trial;
}

/** What a campaign found. */
export interface Outcome {
  readonly seed: number;
  /** Mutated lines that were tried. */
  readonly lines: number;
  readonly trials: number;
  readonly stored: number;
  /** Trials whose second client got what was stored for the first. */
  readonly reused: number;
  /** Trials in which nothing was allowed to be stored, by the reason. */
  readonly forbidden: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
  readonly seconds: number;
}

export interface Plan {
  readonly lines: number;
  readonly seed: number;
  readonly progress?: (lines: number) => void;
}

const TRIALS_PER_CACHE = 1_000;
const MOST_FAULTS = 20;

/** Tries mutated lines until there were so many, or too much was wrong. */
export async function runCampaign({ lines: wanted, seed, progress }: Plan): Promise<Outcome> {
  const begun = performance.now();
  const random = new Random(seed);
  const forbidden: Record<string, number> = {};
  const faults: Fault[] = [];
  let [lines, trials, stored, reused] = [0, 0, 0, 0];
  let caches = openCaches();
  while (lines < wanted && faults.length < MOST_FAULTS) {
    if (trials % TRIALS_PER_CACHE === 0) caches = openCaches();
    const { trial, mutated } = grow(random, { now: caches.clock.now(), id: trials });
    const judged = attempt(trial, caches);
    trials += 1;
    lines += mutated;
    stored += judged.stored ? 1 : 0;
    reused += judged.reused ? 1 : 0;
    if (judged.forbidden !== undefined) forbidden[judged.forbidden] = (forbidden[judged.forbidden] ?? 0) + 1;
    if (judged.fault !== undefined) faults.push({ what: judged.fault, trial });
    if (trials % TRIALS_PER_CACHE !== 0) continue;
    progress?.(lines);
    // What Node has put off until later would pile up.
    await setImmediate();
  }
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  return { seed, lines, trials, stored, reused, forbidden, faults, seconds };
}

interface Caches {
  readonly clock: FakeClock;
  readonly serve: (setup: Setup) => (exchange: Exchange) => void;
}

function openCaches(): Caches {
  const clock = fakeClock();
  const handlers = new Map(
    SETUPS.map((setup) => [setup, createNodeHandler(createCache({ clock, ttl: '60s' }), setup.policy)]),
  );
  return { clock, serve: (setup) => handlers.get(setup) ?? (() => {}) };
}

/** A thrown error is a fault, too. */
function attempt(trial: Trial, { clock, serve }: Caches): Judgement {
  const now = clock.now();
  const handler = serve(trial.setup);
  try {
    const first = exchange(handler, trial.first, trial.given);
    clock.advance(trial.elapsed);
    const second = exchange(handler, trial.second, later(trial.secondStatus));
    return judge(trial, first, second, now);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { fault: `threw ${text}`, forbidden: undefined, stored: false, reused: false };
  }
}

/** What the handler answers to the second client, if it is asked. */
function later(status: number): Given | Error {
  if (status === 0) return new Error('the handler fails');
  return { status, lines: [['Cache-Control', 'no-store']], body: 'second', reads: [] };
}
