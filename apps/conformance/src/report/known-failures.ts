import { readFileSync } from 'node:fs';

/** Tests that do not pass for the same reason, and why that is right or accepted. */
export interface KnownFailures {
  readonly reason: string;
  /** Configurations of the gateway in which they do not pass. */
  readonly modes: readonly string[];
  readonly tests: readonly string[];
}

/** The documented failures of a configuration: the reason by test. */
export function knownFailures(mode: string | undefined): ReadonlyMap<string, string> {
  if (mode === undefined) return new Map();
  const file = new URL('../../known-failures.json', import.meta.url);
  const all = JSON.parse(readFileSync(file, 'utf8')) as readonly KnownFailures[];
  const listed = all.filter(({ modes }) => modes.includes(mode));
  return new Map(listed.flatMap(({ tests, reason }) => tests.map((id) => [id, reason] as const)));
}
