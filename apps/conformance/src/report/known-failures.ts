import { readFileSync } from 'node:fs';

/** A test that does not pass, and why that is right or accepted. */
export interface KnownFailure {
  readonly id: string;
  /** Configurations of the gateway in which it does not pass. */
  readonly modes: readonly string[];
  readonly reason: string;
}

/** The documented failures of a configuration, by test. */
export function knownFailures(mode: string | undefined): ReadonlyMap<string, string> {
  if (mode === undefined) return new Map();
  const file = new URL('../../known-failures.json', import.meta.url);
  const all = JSON.parse(readFileSync(file, 'utf8')) as readonly KnownFailure[];
  return new Map(all.filter(({ modes }) => modes.includes(mode)).map(({ id, reason }) => [id, reason]));
}
