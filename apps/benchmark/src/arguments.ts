import { parseArgs } from 'node:util';
import { FLOOR } from './report/row.ts';

/** What to measure and for how long. */
export interface Plan {
  readonly family: Family;
  readonly json: boolean;
  readonly full: boolean;
  /** The folder that pictures go into, if any are wanted. */
  readonly svg: string | undefined;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** The contenders of a scenario that were asked for; the floor is always among them. */
  readonly select: (scenario: string, contenders: readonly string[]) => readonly string[];
  /** Says what is going on, where it does not mix with the result. */
  readonly progress: (line: string) => void;
}

/** The kinds of scenarios. */
export type Family = 'memory' | 'http' | 'redis' | 'sqlite' | 'latency' | 'fragments' | 'write-behind';

/** How the command is used. */
export const USAGE = `Usage: npm run bench -- memory|http|redis|sqlite|latency|fragments|write-behind [options]
  --quick            few short rounds: shows that everything works, not how fast it is
  --full             adds the scenarios that take minutes
  --json             nothing but JSON on stdout (with: npm run --silent bench)
  --scenario TEXT    only scenarios whose name contains the text
  --contender TEXT   only contenders whose name contains the text, and the floor
  --svg FOLDER       latency: also draws what was found, as two pictures`;

/** Reads the command line; undefined if it makes no sense. */
export function parsePlan(args: readonly string[], progress: (line: string) => void): Plan | undefined {
  const options = {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    scenario: { type: 'string', default: '' },
    contender: { type: 'string', default: '' },
    svg: { type: 'string' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const family = FAMILIES.find((name) => name === positionals[0]);
    if (family === undefined || positionals.length > 1) return undefined;
    if (values.svg !== undefined && family !== 'latency') return undefined;
    return {
      family,
      json: values.json,
      full: values.full,
      svg: values.svg,
      ...(values.quick ? QUICK : THOROUGH)[family],
      select: (scenario, contenders) =>
        scenario.includes(values.scenario)
          ? contenders.filter((contender) => contender === FLOOR || contender.includes(values.contender))
          : [],
      progress,
    };
  } catch {
    return undefined;
  }
}

interface Effort {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const THOROUGH: Record<Family, Effort> = {
  memory: { rounds: 7, warmUpMs: 400, measureMs: 800 },
  http: { rounds: 5, warmUpMs: 1_500, measureMs: 3_000 },
  redis: { rounds: 7, warmUpMs: 500, measureMs: 1_000 },
  sqlite: { rounds: 7, warmUpMs: 500, measureMs: 1_000 },
  latency: { rounds: 5, warmUpMs: 500, measureMs: 1_000 },
  fragments: { rounds: 5, warmUpMs: 500, measureMs: 1_000 },
  'write-behind': { rounds: 5, warmUpMs: 2_000, measureMs: 3_000 },
};

const QUICK: Record<Family, Effort> = {
  memory: { rounds: 3, warmUpMs: 100, measureMs: 150 },
  http: { rounds: 2, warmUpMs: 800, measureMs: 800 },
  redis: { rounds: 2, warmUpMs: 200, measureMs: 300 },
  sqlite: { rounds: 2, warmUpMs: 200, measureMs: 300 },
  latency: { rounds: 1, warmUpMs: 200, measureMs: 300 },
  fragments: { rounds: 2, warmUpMs: 300, measureMs: 300 },
  'write-behind': { rounds: 1, warmUpMs: 1_000, measureMs: 1_000 },
};

const FAMILIES = Object.keys(THOROUGH) as Family[];
