import type { Outcome } from '../measure/outcome.ts';
import type { Contender } from './contender.ts';
import type { Budget } from './timing.ts';

/** A task that contenders are compared at. */
export interface Scenario {
  readonly name: string;
  readonly contenders: readonly Contender[];
  /** Verifies a contender and, if it is right, times it. */
  readonly run: (contender: Contender, budget: Budget) => Promise<Outcome>;
  /** Set for what takes too long to be run unasked. */
  readonly onlyWhenFull?: true;
}
