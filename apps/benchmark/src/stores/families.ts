import { redisScenarios } from './redis/scenarios.ts';
import type { StoreScenario } from './scenario.ts';
import { sqliteScenarios } from './sqlite/scenarios.ts';

/** A kind of store. */
export type StoreFamily = 'redis' | 'sqlite';

/** What is compared in stores of one kind. */
export const storeScenarios: Readonly<Record<StoreFamily, readonly StoreScenario[]>> = {
  redis: redisScenarios,
  sqlite: sqliteScenarios,
};

export function isStoreFamily(family: string): family is StoreFamily {
  return family in storeScenarios;
}
