/** What one round found out about one contender. */
export type Outcome = Measurement | Wrong;

/** A timed round. Times of operations too short for a clock are means over a batch. */
export interface Measurement {
  readonly opsPerSecond: number;
  readonly p50Ms: number;
  readonly p90Ms?: number;
  readonly p99Ms: number;
  /** How long a server's core was busy with one request: steadier than a rate when the machine is shared. */
  readonly cpuMs?: number;
  /** How many commands a server was sent for one operation. */
  readonly commands?: number;
  /** How often a stampede reached the loader. */
  readonly loads?: number;
  /** How long a miss took, the origin answering at once. */
  readonly missMs?: number;
  /** What an entry costs beyond its value, which all entries share. */
  readonly bytesPerEntry?: number;
}

/** Why a contender was not timed. */
export interface Wrong {
  readonly wrong: string;
}

/** Tells a refused contender from a timed one. */
export function isWrong(outcome: Outcome): outcome is Wrong {
  return 'wrong' in outcome;
}
