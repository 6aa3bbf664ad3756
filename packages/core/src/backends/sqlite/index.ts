export type { Problem } from './check.ts';
export type { Eviction } from './schema.ts';
export { type SqliteBackend, type SqliteOptions, type SqliteStats, sqlite } from './sqlite.ts';
