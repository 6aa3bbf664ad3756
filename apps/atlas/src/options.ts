import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Framework, frameworks } from './servers/servers.ts';
import { StartError } from './start-error.ts';

/** How the atlas is to be started. */
export interface Options {
  readonly framework: Framework;
  /** 0 lets the system pick a free one. */
  readonly port: number;
  /** The SQLite file. */
  readonly file: string;
}

// The same distance from `src` and from `dist`.
const defaultFile = join(import.meta.dirname, '../.data/atlas.sqlite');

/** Reads the command line and the environment. */
export function readOptions(parameters: string[], environment: NodeJS.ProcessEnv): Options {
  return {
    framework: readFramework(parameters),
    port: readPort(environment['PORT'] || '3000'),
    file: environment['ATLAS_DATA'] || defaultFile,
  };
}

function readFramework(parameters: string[]): Framework {
  const { framework } = parse(parameters);
  const known = frameworks.find((name) => name === framework);
  if (known !== undefined) return known;
  throw new StartError(`There is no framework "${framework}" here; use --framework ${frameworks.join('|')}`);
}

function parse(args: string[]): { framework: string } {
  try {
    return parseArgs({ args, options: { framework: { type: 'string', default: 'express' } } }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StartError(`${message}. Use --framework ${frameworks.join('|')}`);
  }
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new StartError(`PORT is "${text}"; use a number from 0 to 65535`);
}
