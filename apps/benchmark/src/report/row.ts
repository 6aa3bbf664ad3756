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
  /** The contender that this one is compared with directly. */
  readonly peer?: string;
  /** Speed divided by that of the peer. */
  readonly ratioToPeer?: number;
  /** Time on the server's core divided by that of the peer. */
  readonly cpuOfPeer?: number;
  readonly commands?: number;
  readonly loads?: number;
  readonly missMs?: number;
  readonly bytesPerEntry?: number;
  readonly wrong?: string;
}

const EXTRAS = ['p90Ms', 'cpuMs', 'commands', 'loads', 'missMs', 'bytesPerEntry'] as const;

/**
 * Sums up the rounds of a scenario: medians, and the medians of the ratios to others in the same round.
 *
 * @param peers who is compared with whom, besides the floor
 */
export function toRows(
  scenario: string,
  results: ReadonlyMap<string, Rounds>,
  peers: ReadonlyMap<string, string> = new Map(),
): Row[] {
  const floor = measured(results.get(FLOOR));
  const rows = Array.from(results, ([contender, rounds]) => {
    const row = toRow(scenario, contender, rounds, floor);
    const peer = peers.get(contender);
    return peer === undefined ? row : { ...row, ...besidePeer(peer, measured(rounds), measured(results.get(peer))) };
  });
  return rows.toSorted((a, b) => (b.opsPerSecond ?? -1) - (a.opsPerSecond ?? -1));
}

function toRow(scenario: string, contender: string, rounds: Rounds, floor: readonly Measurement[]): Row {
  if (!isMeasured(rounds)) {
    return { scenario, contender, opsPerSecond: null, ratioToFloor: null, p50Ms: null, p99Ms: null, ...rounds };
  }
  const middle = (pick: (round: Measurement) => number) => median(rounds.map(pick));
  const extras = EXTRAS.filter((extra) => rounds[0]?.[extra] !== undefined);
  return {
    scenario,
    contender,
    opsPerSecond: middle((round) => round.opsPerSecond),
    ratioToFloor: medianRatio(rounds, floor, 'opsPerSecond') ?? null,
    p50Ms: middle((round) => round.p50Ms),
    p99Ms: middle((round) => round.p99Ms),
    ...Object.fromEntries(extras.map((extra) => [extra, middle((round) => round[extra] ?? 0)])),
  };
}

function besidePeer(
  peer: string,
  own: readonly Measurement[],
  other: readonly Measurement[],
): Pick<Row, 'peer' | 'ratioToPeer' | 'cpuOfPeer'> {
  const [speed, cpu] = [medianRatio(own, other, 'opsPerSecond'), medianRatio(own, other, 'cpuMs')];
  if (speed === undefined) return {};
  return { peer, ratioToPeer: speed, ...(cpu !== undefined && { cpuOfPeer: cpu }) };
}

/** The median of the ratios of rounds to the same rounds of another contender, if both have what is compared. */
function medianRatio(
  rounds: readonly Measurement[],
  others: readonly Measurement[],
  what: 'opsPerSecond' | 'cpuMs',
): number | undefined {
  const ratios = rounds.flatMap((round, index) => {
    const [own, other] = [round[what], others[index]?.[what]];
    return own === undefined || other === undefined ? [] : [own / other];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

function measured(rounds: Rounds | undefined): readonly Measurement[] {
  return rounds === undefined || !isMeasured(rounds) ? [] : rounds;
}

function isMeasured(rounds: Rounds): rounds is readonly Measurement[] {
  return !('wrong' in rounds);
}
