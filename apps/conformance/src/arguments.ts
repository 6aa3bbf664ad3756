import { parseArgs } from 'node:util';
import { SUITE_ADDRESS } from './suite/read-suite.ts';

/** What is to be run, read from the command line. */
export interface Plan {
  readonly suite: { readonly file: string } | { readonly folder: string };
  /** Empty: all tests. */
  readonly ids: readonly string[];
  readonly repeat: number;
  readonly atATime: number;
  readonly json: boolean;
  /** A cache that is running already, in place of the gateway. */
  readonly base: string | undefined;
  /** 0: a free one. */
  readonly originPort: number;
  /** Passed on to the gateway. */
  readonly gateway: readonly string[];
  /** What is under test, in words. */
  readonly subject: string;
  /** For which of the gateway's configurations reasons of failures are documented. */
  readonly documented: string | undefined;
}

/** Something on the command line that cannot be done; the message says what can. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const USAGE: string = `npm run conformance -- --tests FILE | --suite DIR [options]

Plays the public tests for HTTP caches against the gateway. The tests are not part of this repository.
  --tests FILE      the tests as JSON (what "npm run --silent export" prints in a checkout)
  --suite DIR       a checkout: git clone ${SUITE_ADDRESS}
  --framework NAME  of the gateway (default: express)
  --mode NAME       of the gateway (default: standard)
  --backend WHERE   of the gateway (default: memory)
  --store-set-cookie  lets the gateway store answers that set cookies
  --no-cache        the gateway without a cache: what a proxy reaches that stores nothing
  --base URL        another cache in place of the gateway; needs --origin-port
  --origin-port N   where the origin listens on 127.0.0.1 (default: a free port)
  --id TEST         one test with what it builds on, and all that was said on both sides; can be repeated
  --repeat N        the whole run so many times, and what differed (default: 1)
  --at-a-time N     tests under way at the same time (default: 50)
  --json            the result as JSON, progress to stderr`;

/** @throws UsageError */
export function parsePlan(args: readonly string[]): Plan {
  const { values } = parse([...args]);
  const { tests, suite, base, framework, mode, backend } = values;
  if ((tests === undefined) === (suite === undefined)) {
    throw new UsageError(tests === undefined ? 'no tests given' : 'use either --tests or --suite');
  }
  const noCache = values['no-cache'];
  const storeSetCookie = values['store-set-cookie'];
  const flags = [...(noCache ? ['--no-cache'] : []), ...(storeSetCookie ? ['--store-set-cookie'] : [])];
  const originPort = wholeNumber(values['origin-port'], '--origin-port', 0);
  if (base !== undefined && originPort === 0) throw new UsageError('--base needs --origin-port');
  return {
    suite: tests === undefined ? { folder: suite ?? '' } : { file: tests },
    ids: values.id,
    repeat: wholeNumber(values.repeat, '--repeat', 1),
    atATime: wholeNumber(values['at-a-time'], '--at-a-time', 1),
    json: values.json,
    base: base?.replace(/\/+$/, ''),
    originPort,
    gateway: ['--framework', framework, '--mode', mode, '--backend', backend, ...flags],
    subject:
      base ??
      `gateway (${[framework, noCache ? 'no cache' : mode, ...(storeSetCookie ? ['Set-Cookie stored'] : [])].join(', ')})`,
    documented: base === undefined && !noCache ? (storeSetCookie ? `${mode} with cookies` : mode) : undefined,
  };
}

function parse(args: string[]): ReturnType<typeof parseWith> {
  try {
    return parseWith(args);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- what parseArgs makes of the options below
function parseWith(args: string[]) {
  return parseArgs({
    args,
    options: {
      tests: { type: 'string' },
      suite: { type: 'string' },
      framework: { type: 'string', default: 'express' },
      mode: { type: 'string', default: 'standard' },
      backend: { type: 'string', default: 'memory' },
      'no-cache': { type: 'boolean', default: false },
      'store-set-cookie': { type: 'boolean', default: false },
      base: { type: 'string' },
      'origin-port': { type: 'string', default: '0' },
      id: { type: 'string', multiple: true, default: [] },
      repeat: { type: 'string', default: '1' },
      'at-a-time': { type: 'string', default: '50' },
      json: { type: 'boolean', default: false },
    },
  });
}

function wholeNumber(text: string, option: string, least: number): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (number < least) throw new UsageError(`${option} is "${text}"; use a whole number from ${least}`);
  return number;
}
