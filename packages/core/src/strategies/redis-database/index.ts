export type { ClusterConnection, RedisClient, RedisConnection } from '../../backends/redis/client.ts';
export type { Removal, Save, WriteContext, WriteFailure, WriteOutcome, WriteSource } from '../source.ts';
export { type RedisDatabase, type RedisDatabaseOptions, redisDatabase } from './redis-database.ts';
export type { Pending } from './redis-values.ts';
export type { RowKey } from './row-key.ts';
export type { SyncResult } from './synchronisation.ts';
