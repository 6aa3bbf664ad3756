import { describe } from 'vitest';
import { none } from '../../../src/index.ts';
import { SharedMemory } from '../shared-memory.ts';
import { inProcess, runContract, shared, smallMemory } from './engine.ts';

describe('memory', () => {
  runContract({
    capabilities: inProcess,
    evicts: true,
    create: async () => {
      const backend = smallMemory();
      return {
        backend,
        dispose: () => {},
        async evict(context, key) {
          const store = backend.open(context);
          const entry = await store.get(key);
          if (entry === undefined) return;
          // What was used last stays.
          await store.get('other');
          for (let count = 0; count < 1_998; count += 1) await store.set(`filler ${count}`, entry);
          await store.get('other');
          await store.set('one too many', entry);
        },
      };
    },
  });
});

describe('none', () => {
  const capabilities = { atomic: false, shared: false, persistent: false };
  runContract({ capabilities, keeps: false, create: async () => ({ backend: none(), dispose: () => {} }) });
});

describe('fake-server', () => {
  runContract({
    capabilities: shared,
    evicts: true,
    create: async () => {
      const server = new SharedMemory();
      return { backend: server.client(), second: server.client(), evict: async (...of) => server.evict(...of) };
    },
  });
});
