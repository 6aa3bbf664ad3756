import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Arguments {
  /** The target, and behind a colon what it is tried with: `write-behind:redis`. */
  readonly target: string;
  readonly kills: number;
  readonly seed: number;
  readonly json: boolean;
}

/** Reads the command line; undefined if it makes no sense. */
export function parseArguments(args: readonly string[], targets: readonly string[]): Arguments | undefined {
  const options = {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string' },
    journal: { type: 'string' },
    json: { type: 'boolean', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [name = ''] = positionals;
    const target = values.journal === undefined ? name : `${name}:${values.journal}`;
    const kills = Number(values.kills);
    const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
    const isRight =
      targets.includes(target) && positionals.length === 1 && isCount(kills) && kills > 0 && isCount(seed);
    return isRight ? { target, kills, seed, json: values.json } : undefined;
  } catch {
    return undefined;
  }
}

function isCount(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}
