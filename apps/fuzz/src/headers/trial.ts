import type { ResponsePolicy } from '@cache/core/node';

/** A field, one line of it. */
export type Line = readonly [name: string, value: string];

/** What a client sends. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly lines: readonly Line[];
}

/** What the handler answers. */
export interface Given {
  readonly status: number;
  readonly lines: readonly Line[];
  readonly body: string;
  /** Request fields that the handler looks at, in lower case. */
  readonly reads: readonly string[];
}

/** How a cache is set up. Everything that counts is said, so that no default has to be known. */
export interface Setup {
  readonly name: string;
  readonly policy: ResponsePolicy & { readonly mode: 'safe' | 'standard' };
}

/** Two clients that ask one after the other. */
export interface Trial {
  readonly setup: Setup;
  readonly first: Asked;
  readonly given: Given;
  /** Milliseconds between the two. */
  readonly elapsed: number;
  readonly second: Asked;
  /** What the handler answers if it runs again; 0: it fails. */
  readonly secondStatus: number;
}

/** What came back to a client. */
export interface Seen {
  readonly status: number;
  readonly lines: readonly Line[];
  readonly body: string;
  /** Whether the handler ran for this client. */
  readonly ran: boolean;
  /** Parameters of `Cache-Status`. */
  readonly cacheStatus: string;
}

/** All lines of a field, joined; `undefined` if there is none. */
export function field(lines: readonly Line[], name: string): string | undefined {
  const values = fieldLines(lines, name);
  return values.length === 0 ? undefined : values.join(', ');
}

export function fieldLines(lines: readonly Line[], name: string): string[] {
  return lines.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
}
