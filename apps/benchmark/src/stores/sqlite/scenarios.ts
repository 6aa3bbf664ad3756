import { readOne, type StoreScenario, writeOne } from '../scenario.ts';
import { filesBentocache, sqliteCore, sqliteFloor } from './contenders.ts';

const contenders = [sqliteFloor, sqliteCore(), sqliteCore({ tagged: true }), filesBentocache];

/** All that is compared on a disk. */
export const sqliteScenarios: readonly StoreScenario[] = [
  { name: 'SQLite hit, 1 KB object', contenders, callers: 1, operation: readOne },
  { name: 'SQLite set, 1 KB object', contenders, callers: 1, operation: writeOne },
];
