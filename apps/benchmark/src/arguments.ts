import { parseArgs } from 'node:util';
import { FLOOR } from './report/row.ts';

/** What to measure and for how long. */
export interface Plan {
  readonly family: Family;
  readonly json: boolean;
  readonly full: boolean;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** The contenders of a scenario that were asked for; the floor is always among them. */
  readonly select: (scenario: string, contenders: readonly string[]) => readonly string[];
  /** Says what is going on, where it does not mix with the result. */
  readonly progress: (line: string) => void;
}

/** The two kinds of scenarios. */
export type Family = 'memory' | 'http';

/** How the command is used. */
export const USAGE = `Usage: npm run bench -- memory|http [options]
  --quick            few short rounds: shows that everything works, not how fast it is
  --full             adds the scenarios that take minutes
  --json             nothing but JSON on stdout (with: npm run --silent bench)
  --scenario TEXT    only scenarios whose name contains the text
  --contender TEXT   only contenders whose name contains the text, and the floor`;

/** Reads the command line; undefined if it makes no sense. */
export function parsePlan(args: readonly string[], progress: (line: string) => void): Plan | undefined {
  const options = {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    scenario: { type: 'string', default: '' },
    contender: { type: 'string', default: '' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [family] = positionals;
    if ((family !== 'memory' && family !== 'http') || positionals.length > 1) return undefined;
    return {
      family,
      json: values.json,
      full: values.full,
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

const THOROUGH = {
  memory: { rounds: 7, warmUpMs: 400, measureMs: 800 },
  http: { rounds: 5, warmUpMs: 1_500, measureMs: 3_000 },
};

const QUICK = {
  memory: { rounds: 3, warmUpMs: 100, measureMs: 150 },
  http: { rounds: 2, warmUpMs: 800, measureMs: 800 },
};
