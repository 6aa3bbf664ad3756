import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { Connection } from '../../../src/backends/redis/connection.ts';
import { faultProxy } from '../../../src/testing/index.ts';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { afterThisTest, bareClient, cleanUpAfterEach, entry, openStore, ownPrefix, useRedis } from './support.ts';

const server = useRedis();
cleanUpAfterEach();
expectNoUnhandledRejections();

describe('a command', () => {
  it('is never given up on before the instant that its deadline is made of', async () => {
    const client = bareClient(server).setMaxListeners(100);
    await client.ping();
    const rounds = Array.from({ length: 50 }, async (_, index) => {
      spend(0.1 * (index % 9));
      const connection = new Connection(client, 20);
      afterThisTest(() => connection.close());
      const giveUpAt = connection.giveUpAt();
      await expect(connection.run(() => new Promise(() => {}), giveUpAt)).rejects.toMatchObject({
        code: 'ERR_CACHE_BACKEND',
      });
      expect(performance.now()).toBeGreaterThanOrEqual(giveUpAt);
    });
    await Promise.all(rounds);
  });

  it('is not queued in a client that has lost its connection', async () => {
    const proxy = await faultProxy(server);
    afterThisTest(() => proxy.close());
    const client = bareClient({ host: proxy.host, port: proxy.port });
    const { store } = openStore(client, { prefix: ownPrefix(), timeout: '1s' });
    await store.set('k', entry(1));
    await proxy.down();
    await expect.poll(() => client.status, { interval: 5 }).not.toBe('ready');
    let sent = 0;
    const send = client.sendCommand.bind(client);
    client.sendCommand = (...parameters: Parameters<Redis['sendCommand']>) => {
      sent += 1;
      return send(...parameters);
    };
    for (let round = 0; round < 4; round += 1) {
      await expect(Promise.resolve(store.get('k'))).rejects.toMatchObject({ code: 'ERR_CACHE_BACKEND' });
    }
    expect(sent).toBe(0);
  });
});

/** Keeps the process busy, so that what follows does not begin at a whole millisecond. */
function spend(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until) Math.sqrt(until);
}
