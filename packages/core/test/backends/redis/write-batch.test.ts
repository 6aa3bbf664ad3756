import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { afterThisTest, bareClient, cleanUpAfterEach, entry, openStore, ownPrefix, useRedis } from './support.ts';

const server = useRedis();
cleanUpAfterEach();

/** How often the client hands something to the system during the work. */
async function writesDuring(client: Redis, work: () => Promise<unknown>): Promise<number> {
  const { stream } = client;
  let writes = 0;
  const [write, writev] = [stream._write.bind(stream), stream._writev?.bind(stream)];
  stream._write = (...parameters) => {
    writes += 1;
    write(...parameters);
  };
  stream._writev = (...parameters) => {
    writes += 1;
    writev?.(...parameters);
  };
  afterThisTest(() => Object.assign(stream, { _write: write, _writev: writev }));
  await work();
  return writes;
}

describe('commands of one turn', () => {
  it('are one write, whoever sends them', async () => {
    const client = bareClient(server);
    const { store } = openStore(client, { prefix: ownPrefix() });
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
    for (const [index, key] of keys.entries()) await store.set(key, entry(index));
    const reads = async (): Promise<void> => {
      const found = await Promise.all(keys.map(async (key) => store.get(key)));
      expect(found.map((each) => each?.value)).toEqual(keys.map((_, index) => index));
    };
    expect(await writesDuring(client, reads)).toBe(1);
    const sets = (): Promise<unknown> => Promise.all(keys.map(async (key) => store.set(key, entry(key))));
    expect(await writesDuring(client, sets)).toBe(1);
  });

  it('are written although the one who sent them goes on at once', async () => {
    const client = bareClient(server);
    const { store } = openStore(client, { prefix: ownPrefix() });
    await store.set('k', entry(1));
    const reading = store.get('k');
    const own = client.echo('own');
    expect(await own).toBe('own');
    expect(await reading).toMatchObject({ value: 1 });
  });

  it('fail as ever when the connection ends before they are written', async () => {
    const client = bareClient(server, { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 });
    const { store } = openStore(client, { prefix: ownPrefix(), timeout: '5s' });
    await store.set('k', entry(1));
    const reading = store.get('k');
    client.stream.destroy();
    await expect(reading).rejects.toThrow(/closed|retries/i);
  });
});
