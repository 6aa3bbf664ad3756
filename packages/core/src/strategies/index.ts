export {
  applicationWrites,
  type ApplicationWrites,
  type ApplicationWritesOptions,
} from './repositories/application-writes.ts';
export type { AuditCounts, AuditOptions, StaleFinding } from './forever/audit.ts';
export { type Audits, forever, type ForeverOptions } from './forever/forever.ts';
export { lookAside, type LookAsideOptions } from './repositories/look-aside.ts';
export { readThrough, type ReadThroughOptions } from './repositories/read-through.ts';
export { writeAround, type WriteAroundOptions } from './repositories/write-around.ts';
export { writeThrough, type WriteThroughOptions } from './repositories/write-through.ts';
export type { BatchOptions } from './repositories/cached-repository.ts';
export type { RepositoryOptions, ValueTags } from './repositories/options.ts';
export type { WriteOptions } from './repositories/writes.ts';
export type { DeadLetter, DeadLetters } from './write-behind/dead-letters.ts';
export type { Journal } from './write-behind/journal.ts';
export { memoryJournal } from './write-behind/memory-journal.ts';
export type { WriteBehindOptions } from './write-behind/options.ts';
export type { RetryOptions } from './write-behind/retry.ts';
export {
  type FlushOptions,
  type WriteBehindRepository,
  type WriteBehindStats,
  writeBehind,
} from './write-behind/write-behind.ts';
export { PartialWriteError } from './partial-write-error.ts';
export type { CachedReads, CachedRepository, ReadRepository, Refreshable, Repository } from './repository.ts';
export type {
  LoadManyContext,
  LoadsMany,
  LoadsOne,
  ReadSource,
  Removal,
  Save,
  Source,
  WriteContext,
  WriteFailure,
  WriteOutcome,
  WriteSource,
} from './source.ts';
export { inProcess, type InProcessOptions } from './refresh/in-process.ts';
export type { ItemPeek } from './refresh/items.ts';
export { Job, type JobOptions } from './refresh/job.ts';
export { allRows, oneRow, type QueryRows } from './refresh/query-rows.ts';
export { refreshBehind } from './refresh/refresh-behind.ts';
export type { RefreshedFunction, RefreshedFunctionOptions, RefreshOptions } from './refresh/refreshed-function.ts';
export type { RefreshedItems, RefreshedRepositoryOptions } from './refresh/refreshed-repository.ts';
export type { ItemCall, ItemState, ItemStatus } from './refresh/rules.ts';
export type { RefreshRequest, RefreshRunner } from './refresh/runner.ts';
export { type Rollup, rollup, type RollupOptions } from './rollups/rollup.ts';
export { type Settings, settings, type SettingsOptions, type SettingsSource } from './rollups/settings.ts';
