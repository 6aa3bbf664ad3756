import { AsyncLocalStorage } from 'node:async_hooks';
import { deserialize, serialize } from 'node:v8';
import type { City } from '../../memory/city.ts';
import { type StoreContender, TTL_MS } from '../contender.ts';

/** The floor: the client, and the decoding that `@cache/core` does by default. */
export const redisFloor: StoreContender = {
  name: 'floor',
  create: async ({ place, keys }) => {
    const { Redis } = await import('ioredis');
    const client = new Redis(place, { replyMapping: 'legacy' });
    const decode = (bytes: Buffer | null): City | undefined =>
      bytes === null ? undefined : (deserialize(bytes) as City);
    return {
      read: (id) => client.getBuffer(keys[id] ?? '').then(decode),
      readMany: async (ids) => (await client.mgetBuffer(ids.map((id) => keys[id] ?? ''))).map(decode),
      write: (id, city) => client.set(keys[id] ?? '', serialize(city), 'PX', TTL_MS),
      close: () => client.disconnect(),
    };
  },
};

/** The floor in a process that has used AsyncLocalStorage, as most web applications have, and all who load through `@cache/core`. */
export const redisFloorWithContext: StoreContender = {
  name: 'floor, AsyncLocalStorage used',
  create: (setting) => {
    new AsyncLocalStorage().run({}, () => {});
    return redisFloor.create(setting);
  },
};
