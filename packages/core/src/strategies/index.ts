export { lookAside, type LookAsideOptions } from './repositories/look-aside.ts';
export { readThrough, type ReadThroughOptions } from './repositories/read-through.ts';
export { writeAround, type WriteAroundOptions } from './repositories/write-around.ts';
export { writeThrough, type WriteThroughOptions } from './repositories/write-through.ts';
export type { BatchOptions } from './repositories/cached-repository.ts';
export type { RepositoryOptions, ValueTags } from './repositories/options.ts';
export type { WriteOptions } from './repositories/writes.ts';
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
