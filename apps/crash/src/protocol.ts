/** What lies under a key: the serial number of a value, a text that says what is wrong with it, or nothing. */
export type State = number | string | null;

/** For each key, the states that it may be in. */
export type Changes = Readonly<Record<string, readonly State[]>>;

/**
 * What a process that will be killed tells the one that kills it, a line of JSON each. A line is written before the next thing is
 * done, into a pipe, so that it outlives its writer: what was told has happened.
 *
 * - `looked`: what was found on starting, all of it; `problems` is what a check of the files says
 * - `writing`: from now on operations are begun
 * - `begin`: an operation that may bring keys into these states; several may be under way, never two on one key
 * - `end`: it was acknowledged; keys that are not named are as they were before
 * - `counting`, `counted`: the same for one step of the counter that all share
 * - `dying`: it is about to kill itself, there
 * - `fault`: something that must not happen
 */
export type Line =
  | {
      readonly is: 'looked';
      readonly found: Readonly<Record<string, State>>;
      readonly problems: readonly string[];
      readonly count: number;
    }
  | { readonly is: 'writing' }
  | { readonly is: 'begin'; readonly id: number; readonly what: string; readonly changes: Changes }
  | { readonly is: 'end'; readonly id: number; readonly changes: Changes }
  | { readonly is: 'counting' }
  | { readonly is: 'counted' }
  | { readonly is: 'dying'; readonly at: string }
  | { readonly is: 'fault'; readonly text: string };
