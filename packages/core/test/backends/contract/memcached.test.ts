import { memcached } from '../../../src/backends/memcached/index.ts';
import { type MemcachedAddress, memcachedServer } from '@cache/services/memcached';
import { evictItem } from '../memcached/support.ts';
import { describeEngine, shared } from './engine.ts';

let server: MemcachedAddress;

describeEngine('memcached', {
  capabilities: shared,
  lists: false,
  sequences: 20,
  start: async () => {
    server = await memcachedServer();
  },
  stop: () => server.stop(),
  open: () => memcached(server.address, { timeout: '5s', pollInterval: 200 }),
  evict: (context, key) => evictItem(server.port, context, key),
});
