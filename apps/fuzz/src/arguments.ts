import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Arguments {
  readonly target: 'headers';
  /** How many mutated lines. */
  readonly lines: number;
  readonly seed: number;
  readonly json: boolean;
}

const BOUNDED = 100_000;
const FULL = 1_000_000;

/** Reads the command line; undefined if it makes no sense. */
export function parseArguments(args: readonly string[]): Arguments | undefined {
  const options = {
    full: { type: 'boolean', default: false },
    lines: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (values.full && values.lines !== undefined) return undefined;
    const lines = values.lines === undefined ? (values.full ? FULL : BOUNDED) : Number(values.lines);
    const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
    const isRight = positionals.length === 1 && positionals[0] === 'headers' && isCount(lines) && lines > 0;
    return isRight && isCount(seed) ? { target: 'headers', lines, seed, json: values.json } : undefined;
  } catch {
    return undefined;
  }
}

function isCount(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}
