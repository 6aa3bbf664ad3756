import KeyvRedis from '@keyv/redis';
import { type RedisAddress, redisServer } from '@cache/services/redis';
import { Keyv } from 'keyv';
import { afterAll, beforeAll, describe } from 'vitest';
import { decodeEntry } from '../../../src/codecs/envelope.ts';
import { structuredCloneCodec } from '../../../src/codecs/structured-clone.ts';
import type { Backend } from '../../../src/index.ts';
import { keyv } from '../../../src/keyv/index.ts';
import { TextStore } from '../../keyv/text-store.ts';
import { inProcess, runContract } from './engine.ts';

describe('keyv', () => {
  const create = async () => ({ backend: keyv(new Keyv(), { timeout: '5s' }), dispose: () => {} });
  runContract({ capabilities: inProcess, lists: false, create });
});

describe('keyv-texts', () => {
  const store = new TextStore();
  const backend = keyv(new Keyv(store), { timeout: '5s' });
  const evict = async (_context: unknown, key: string): Promise<void> => {
    for (const [name, text] of store.texts) {
      const { value } = JSON.parse(text) as { readonly value: string };
      if (decodeEntry(key, Buffer.from(value, 'base64'), structuredCloneCodec) !== undefined) store.texts.delete(name);
    }
  };
  runContract({ capabilities: inProcess, lists: false, evicts: true, create: async () => ({ backend, evict }) });
});

describe('keyv-redis', () => {
  let server: RedisAddress;
  let client: Keyv;
  let backend: Backend;
  beforeAll(async () => {
    server = await redisServer();
    client = new Keyv(new KeyvRedis(server.url));
    backend = keyv(client, { timeout: '5s' });
  }, 200_000);
  afterAll(async () => {
    await backend.close();
    await client.disconnect();
    await server.stop();
  });
  runContract({ capabilities: inProcess, lists: false, sequences: 20, create: async () => ({ backend }) });
});
