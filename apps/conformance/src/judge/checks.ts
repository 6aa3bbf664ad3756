import type { TestRequest } from '../suite/model.ts';

/**
 * Why a test did not pass: what it is for went wrong (`assertion`), something it needs went wrong before (`setup`), or there was
 * no response to judge (`error`).
 */
export interface Failure {
  readonly kind: 'assertion' | 'setup' | 'error';
  readonly message: string;
}

/** One thing that must hold. */
export interface Check {
  readonly holds: boolean;
  readonly isSetup: boolean;
  readonly message: string;
}

/** Whether an expectation of a request is only a condition for what the test is for. */
export function isSetup(request: TestRequest, expectation: keyof TestRequest): boolean {
  return request.setup === true || request.setup_tests?.includes(expectation) === true;
}

/** The first thing that does not hold. */
export function firstFailure(checks: Iterable<Check>): Failure | undefined {
  for (const { holds, isSetup: setup, message } of checks) {
    if (!holds) return { kind: setup ? 'setup' : 'assertion', message };
  }
  return undefined;
}
