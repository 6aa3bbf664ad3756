export { type MemcachedOptions, memcached } from './memcached.ts';
