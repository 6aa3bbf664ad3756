import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { connectTo, isCluster, unsafeSettings } from '../../../src/backends/redis/client.ts';
import { type RedisBackendOptions, type RedisConnection, redis } from '../../../src/backends/redis/index.ts';
import { afterThisTest, cleanUpAfterEach } from './support.ts';

cleanUpAfterEach();

const lazy = { host: '127.0.0.1', port: 1, lazyConnect: true };

describe('options', () => {
  const bad: [string, unknown][] = [
    ['prefix', 'a:b'],
    ['prefix', ''],
    ['prefix', '{a}'],
    ['codec', { name: 'much too long' }],
    ['compressAbove', -1],
    ['compressAbove', Number.NaN],
    ['maxValueBytes', 0],
    ['maxValueBytes', 1.5],
    ['timeout', 0],
    ['timeout', '2h'],
    ['timeout', -1],
    ['ttl', 1],
  ];

  it.each(bad)('reject %s: %j', (option, value) => {
    const options = { [option]: value } as RedisBackendOptions;
    expect(() => redis(lazy, options)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }));
  });

  it.each([undefined, null, 5])('reject %s for a client', (client) => {
    const call = () => redis(client as unknown as RedisConnection);
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION', option: 'client' }));
  });
});

describe('settings of a client', () => {
  it('of our own are safe', () => {
    const connections: RedisConnection[] = [
      lazy,
      { nodes: [lazy], options: { lazyConnect: true } },
      { ...lazy, sentinels: [lazy], name: 'm' },
    ];
    for (const connection of connections) {
      const client = connectTo(connection, 250);
      expect(unsafeSettings(client)).toEqual([]);
      client.disconnect();
    }
  });

  it('that the user gives come first', () => {
    const client = connectTo({ ...lazy, socketTimeout: 9_000 }, 250);
    expect(isCluster(client) ? undefined : client.options.socketTimeout).toBe(9_000);
    client.disconnect();
  });

  it.each([
    ['single', () => new Redis({ ...lazy, replyMapping: 'legacy' })],
    [
      'Cluster',
      () => new Cluster([lazy], { lazyConnect: true, scaleReads: 'all', redisOptions: { replyMapping: 'legacy' } }),
    ],
  ] as const)('of the user (%s) are named in one warning if they are unsafe', async (kind, make) => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    afterThisTest(() => process.off('warning', note));
    const client = make();
    client.on('error', () => {});
    afterThisTest(() => client.disconnect());
    for (let times = 0; times < 2; times += 1) await redis(client).close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ name: 'CacheWarning', code: 'CACHE_REDIS_CLIENT' });
    const named = ['enableOfflineQueue', 'socketTimeout', 'autoResendUnfulfilledCommands'];
    for (const name of [...named, kind === 'single' ? 'maxRetriesPerRequest' : 'scaleReads']) {
      expect(warnings[0]?.message).toContain(name);
    }
  });
});
