import { bodyCases } from './http-contract/body-cases.ts';
import { type HttpContractCase, type HttpPart, runnable } from './http-contract/case.ts';
import { errorCases } from './http-contract/error-cases.ts';
import { fieldCases } from './http-contract/field-cases.ts';
import { collapseCases } from './http-contract/collapse-cases.ts';
import { holeCases } from './http-contract/hole-cases.ts';
import { invalidationCases } from './http-contract/invalidation-cases.ts';
import { policyCases } from './http-contract/policy-cases.ts';
import { safetyCases } from './http-contract/safety-cases.ts';
import { staleCases } from './http-contract/stale-cases.ts';
import { variantCases } from './http-contract/variant-cases.ts';
import { fastPathCases } from './http-contract/fast-path-cases.ts';
import { standardCases } from './http-contract/standard-cases.ts';
import type { HttpHarness } from './http-contract/harness.ts';
import { hitCases } from './http-contract/hit-cases.ts';

export type { HttpContractCase } from './http-contract/case.ts';
export type {
  HttpAnswer,
  HttpCall,
  HttpFeature,
  HttpHarness,
  HttpRoute,
  HttpSite,
  RunningSite,
} from './http-contract/harness.ts';
export { listening } from './http-contract/listening.ts';

/** The functions of a test runner: those of vitest, Jest and `node:test` fit. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: {
    (name: string, run: () => Promise<void>): unknown;
    readonly skip: (name: string, run: () => Promise<void>) => unknown;
  };
}

/**
 * What every adapter for a framework must do with responses, as a list of named cases: each `run` resolves if the adapter keeps the contract
 * and rejects with an `AssertionError` that says what it did instead. Each case builds an app of its own through the harness.
 */
export function httpContract(harness: HttpHarness): HttpContractCase[] {
  return parts().map((part) => runnable(part, harness));
}

/**
 * Makes a test of each case of the contract. Those that do not apply are skipped, and their names say why.
 *
 * @example
 * import { describe, it } from 'vitest';
 * import { describeHttpContract, listening } from '@cache/core/testing';
 *
 * describeHttpContract({ name: 'Koa 3', start: (site) => listening(createServer(appOf(site).callback())) }, { describe, it });
 */
export function describeHttpContract(harness: HttpHarness, { describe, it }: TestRunner): void {
  describe(harness.name, () => {
    for (const { name, lacks, run } of httpContract(harness)) {
      if (lacks === undefined) it(name, run);
      else it.skip(`${name} (not here: ${lacks})`, run);
    }
  });
}

function parts(): HttpPart[] {
  return [
    hitCases(),
    bodyCases(),
    fieldCases(),
    errorCases(),
    collapseCases(),
    staleCases(),
    safetyCases(),
    invalidationCases(),
    variantCases(),
    holeCases(),
    policyCases(),
    fastPathCases(),
    standardCases(),
  ].flat();
}
