export { type KeyvBackendOptions, type KeyvInstance, keyv } from '../backends/keyv/keyv.ts';
export { type KeyvCacheStore, keyvStore } from './keyv-store.ts';
