import { capabilityCases } from './contract/capability-cases.ts';
import { type ContractCase, type ContractHarness, type ContractPart, runnable } from './contract/case.ts';
import { concurrentCases } from './contract/concurrent-cases.ts';
import { deadlineCases } from './contract/deadline-cases.ts';
import { deleteCases } from './contract/delete-cases.ts';
import { evictionCases } from './contract/eviction-cases.ts';
import { forgettingCases } from './contract/forgetting-cases.ts';
import { keyCases } from './contract/key-cases.ts';
import { logCases } from './contract/log-cases.ts';
import { randomCases } from './contract/random-cases.ts';
import { randomValueCases } from './contract/random-value-cases.ts';
import { storeCases } from './contract/store-cases.ts';
import { streamCases } from './contract/stream-cases.ts';
import { swapCases } from './contract/swap-cases.ts';
import { valueCases } from './contract/value-cases.ts';

export type { ContractCase, ContractHarness, ContractSubject } from './contract/case.ts';

/**
 * What every backend must do, as a list of named cases for any test runner: each `run` resolves if the backend keeps the contract and
 * rejects with an `AssertionError` that says what it did instead. Which cases there are depends on what the harness declares.
 *
 * Each case opens stores under names that no other case uses, so that a harness may give the same backend to all of them.
 *
 * @example
 * import { test } from 'node:test';
 * import { memory } from '@cache/core';
 * import { backendContract } from '@cache/core/testing';
 *
 * const capabilities = { atomic: true, shared: false, persistent: false };
 * const create = async () => ({ backend: memory() });
 * for (const { name, run } of backendContract({ capabilities, create })) test(name, run);
 */
export function backendContract(harness: ContractHarness): ContractCase[] {
  return partsOf(harness).map((part) => runnable(part, harness));
}

function partsOf(harness: ContractHarness): ContractPart[] {
  const { keeps = true, carries = () => true } = harness;
  if (!keeps) return [...forgettingCases(carries), ...capabilityCases(harness)];
  return [
    valueCases(harness),
    keyCases(harness),
    deadlineCases(),
    deleteCases(harness),
    swapCases(harness),
    evictionCases(harness),
    storeCases(),
    capabilityCases(harness),
    logCases(harness),
    streamCases(harness),
    randomCases(harness),
    randomValueCases(harness),
    concurrentCases(harness),
  ].flat();
}
