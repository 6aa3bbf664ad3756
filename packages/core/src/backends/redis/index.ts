export type { Codec } from '../../codecs/codec.ts';
export { jsonCodec } from '../../codecs/json.ts';
export { structuredCloneCodec } from '../../codecs/structured-clone.ts';
export type { ClusterConnection, RedisClient, RedisConnection } from './client.ts';
export type { RedisBackendOptions } from './options.ts';
export { redis } from './redis.ts';
