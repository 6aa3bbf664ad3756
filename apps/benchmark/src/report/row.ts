import type { Measurement } from '../measure/outcome.ts';
import type { Rounds } from '../measure/rounds.ts';
import { median } from '../measure/statistics.ts';

/** The name of the contender that the others are compared with. */
export const FLOOR = 'floor';

/** One line of the result. The numbers are null for a contender that was wrong. */
export interface Row {
  readonly scenario: string;
  readonly contender: string;
  readonly opsPerSecond: number | null;
  readonly ratioToFloor: number | null;
  readonly p50Ms: number | null;
  readonly p90Ms?: number;
  readonly p99Ms: number | null;
  readonly cpuMs?: number;
  readonly commands?: number;
  readonly loads?: number;
  readonly missMs?: number;
  readonly bytesPerEntry?: number;
  readonly wrong?: string;
}

const EXTRAS = ['p90Ms', 'cpuMs', 'commands', 'loads', 'missMs', 'bytesPerEntry'] as const;

/** Sums up the rounds of a scenario: medians, and the median of the ratios to the floor of the same round. */
export function toRows(scenario: string, results: ReadonlyMap<string, Rounds>): Row[] {
  const floor = results.get(FLOOR);
  const floorRounds = floor === undefined || 'wrong' in floor ? [] : floor;
  const rows = Array.from(results, ([contender, rounds]) => toRow(scenario, contender, rounds, floorRounds));
  return rows.toSorted((a, b) => (b.opsPerSecond ?? -1) - (a.opsPerSecond ?? -1));
}

function toRow(scenario: string, contender: string, rounds: Rounds, floor: readonly Measurement[]): Row {
  if (!isMeasured(rounds)) {
    return { scenario, contender, opsPerSecond: null, ratioToFloor: null, p50Ms: null, p99Ms: null, ...rounds };
  }
  const middle = (pick: (round: Measurement) => number) => median(rounds.map(pick));
  const ratios = rounds.flatMap((round, index) => {
    const base = floor[index];
    return base === undefined ? [] : [round.opsPerSecond / base.opsPerSecond];
  });
  const extras = EXTRAS.filter((extra) => rounds[0]?.[extra] !== undefined);
  return {
    scenario,
    contender,
    opsPerSecond: middle((round) => round.opsPerSecond),
    ratioToFloor: ratios.length === 0 ? null : median(ratios),
    p50Ms: middle((round) => round.p50Ms),
    p99Ms: middle((round) => round.p99Ms),
    ...Object.fromEntries(extras.map((extra) => [extra, middle((round) => round[extra] ?? 0)])),
  };
}

function isMeasured(rounds: Rounds): rounds is readonly Measurement[] {
  return !('wrong' in rounds);
}
