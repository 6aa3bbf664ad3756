import { FLOOR } from '../report/row.ts';

/** What is written to what. */
export interface WriteScenario {
  readonly name: string;
  readonly database: 'postgres' | 'sqlite';
  /** How many keys there are, chosen as visitors of a site do; `undefined`: each is written once. */
  readonly keys: number | undefined;
}

/** How the writes go to the database. */
export interface WriteContender {
  readonly name: string;
  readonly journal?: 'memory' | 'sqlite full' | 'sqlite normal' | 'redis';
  /** Callers that wait for their write before they go on. */
  readonly callers: number;
}

export const writeScenarios: readonly WriteScenario[] = [
  { name: 'PostgreSQL, 2,000 keys', database: 'postgres', keys: 2_000 },
  { name: 'PostgreSQL, new keys', database: 'postgres', keys: undefined },
  { name: 'SQLite, 2,000 keys', database: 'sqlite', keys: 2_000 },
  { name: 'SQLite, new keys', database: 'sqlite', keys: undefined },
];

const CALLERS = 50;
const MANY_CALLERS = 500;

/** The floor writes one after the other, each when the database has the one before. */
export const writeContenders: readonly WriteContender[] = [
  { name: FLOOR, callers: 1 },
  { name: 'floor, 50 callers (reference)', callers: CALLERS },
  { name: 'write-behind, memory', journal: 'memory', callers: CALLERS },
  { name: 'write-behind, sqlite', journal: 'sqlite full', callers: CALLERS },
  { name: 'write-behind, sqlite, 500 callers', journal: 'sqlite full', callers: MANY_CALLERS },
  { name: "write-behind, sqlite, 'normal'", journal: 'sqlite normal', callers: CALLERS },
  { name: 'write-behind, redis', journal: 'redis', callers: CALLERS },
];
