import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startRedis } from '@cache/services/redis';
import { type Job as QueuedJob, Queue, Worker } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { redis } from '../../../src/backends/redis/index.ts';
import { type Cache, type CacheEvents, createCache, type Duration } from '../../../src/index.ts';
import { bullmqRunner, refreshProcessor } from '../../../src/strategies/refresh/bullmq.ts';
import { Job, refreshBehind } from '../../../src/strategies/index.ts';
import {
  afterThisTest,
  bareClient,
  cleanUpAfterEach,
  ownPrefix,
  redisCache,
  useRedis,
} from '../../backends/redis/support.ts';
import { testCache } from '../../support/test-cache.ts';

const server = useRedis();
cleanUpAfterEach();

/** Nothing here is about slow backends, and the machine may be busy. */
const PATIENT = { backendTimeout: '5s' } as const;

interface Counted {
  readonly name: string;
  readonly by: number;
}

/** As readers know them: fetching is for the workers. */
class CountedCities extends Job<[id: number, added?: Date], Counted> {
  override readonly name = 'counted-cities';
  override readonly lifetime: Duration = '1h';
  override readonly fetchOnMiss = false;
  override fetch(): Counted {
    throw new Error('Not in this process.');
  }
  override empty(): Counted {
    return { name: 'unknown', by: 0 };
  }
}

/** The same, out of date as soon as they are there. */
class OldCities extends CountedCities {
  override readonly lifetime = 1;
}

describe('two workers of which one is killed', () => {
  it('refresh every item, each once', async () => {
    const { prefix, name, queue } = ownQueue();
    const ledger = `${prefix}:ledger`;
    const client = bareClient(server);
    const worker = (stuckAfter?: number) => startWorker({ url: server.url, prefix, queue: name, ledger, stuckAfter });
    const [doomed, survivor] = await Promise.all([worker(2), worker()]);
    const ids = Array.from({ length: 40 }, (_, id) => id);
    const [filler, ...caches] = await Promise.all(
      [0, 1, 2, 3].map(() => redisCache(server.url, { prefix, timeout: '5s' }, PATIENT)),
    );
    const readers = caches.map(({ cache }) => new CountedCities(cache, { runner: bullmqRunner(queue) }));
    const old = new OldCities(filler?.cache ?? createCache());
    await Promise.all(ids.map((id) => old.set([id], { name: 'old', by: 0 })));

    const askAll = () => Promise.all(readers.flatMap((reader) => ids.map((id) => reader.get(id))));
    const begun = async (pid = 0) => linesOf(await client.lrange(ledger, 0, -1), pid, 'begins');
    const ended = async (pid = 0) => linesOf(await client.lrange(ledger, 0, -1), pid, 'ends');
    expect(new Set((await askAll()).map((city) => city.name))).toEqual(new Set(['old']));
    await askAll();
    await expect.poll(async () => (await begun(doomed.pid)).length, { timeout: 10_000 }).toBe(5);
    doomed.kill('SIGKILL');
    await expect.poll(async () => (await ended()).length, { timeout: 10_000 }).toBe(40);
    await expect.poll(async () => queue.getJobCountByTypes('active', 'waiting'), { timeout: 10_000 }).toBe(0);
    const fresh = await askAll();
    expect(fresh.map((city) => city.name)).toEqual(readers.flatMap(() => ids.map((id) => `city ${id}`)));
    await Promise.all(readers.map((reader) => reader.idle()));
    expect((await ended()).sort()).toEqual(ids.map(String).sort());
    expect(await begun()).toHaveLength(40 + 3);
    expect(await ended(doomed.pid)).toHaveLength(2);
    expect(await ended(survivor.pid)).toHaveLength(38);
  }, 40_000);
});

describe('a worker', () => {
  it('is given arguments as they are', async () => {
    const { cache, queue, name } = await setUp();
    const args: unknown[] = [];
    const fetch = (...given: [id: bigint, options: { from: Date } | undefined, ...rest: undefined[]]) => {
      args.push(...given);
      return 'fetched';
    };
    const options = { name: 'asked', fetchOnMiss: false, empty: () => 'nothing yet', runner: bullmqRunner(queue) };
    const asked = refreshBehind(cache, fetch, options);
    work(name, [asked]);
    const from = new Date(5);
    expect(await asked(5n, { from }, undefined)).toBe('nothing yet');
    await expect.poll(() => asked(5n, { from })).toBe('fetched');
    expect(args).toEqual([5n, { from }]);
  });

  it('refreshes an item as often as it becomes stale', async () => {
    const { cache, queue, name } = await setUp();
    let calls = 0;
    const count = refreshBehind(cache, () => (calls += 1), { name: 'count', runner: bullmqRunner(queue) });
    work(name, [count]);
    expect(await count()).toBe(1);
    for (const fetched of [2, 3]) {
      await count.invalidate();
      await expect.poll(() => count()).toBe(fetched);
    }
  });

  it('fails a job that cannot be fetched, and a later reader asks again', async () => {
    const { cache, errors, queue, name } = await setUp();
    let calls = 0;
    const fetch = () => ((calls += 1) === 1 ? Promise.reject(new Error('no database')) : Promise.resolve('fetched'));
    const options = {
      name: 'second',
      fetchOnMiss: false,
      empty: () => '',
      refreshTimeout: 30,
      runner: bullmqRunner(queue),
    };
    const second = refreshBehind(cache, fetch, options);
    const failed = once(work(name, [second]), 'failed');
    await second();
    expect(((await failed) as [QueuedJob, Error])[1].message).toBe('no database');
    await expect.poll(() => second()).toBe('fetched');
    expect(errors).toMatchObject([{ operation: 'refresh', error: { message: 'no database' } }]);
    expect(calls).toBe(2);
  });

  it('fails a job that it does not know', async () => {
    const { queue, name } = await setUp();
    const failed = once(work(name, []), 'failed');
    await queue.add('unheard of', { args: [] });
    expect(((await failed) as [QueuedJob, Error])[1]).toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'jobs' });
  });

  it('fails a job that somebody else has put there', async () => {
    const { cache, queue, name } = await setUp();
    const failed = once(work(name, [refreshBehind(cache, () => 1, { name: 'known' })]), 'failed');
    await queue.add('known', {});
    expect(((await failed) as [QueuedJob, Error])[1]).toMatchObject({ code: 'ERR_CACHE_VALUE' });
  });
});

describe('the queue', () => {
  it('holds an item once, however often it is asked for', async () => {
    const { cache, queue } = await setUp();
    const options = { fetchOnMiss: false, empty: () => '', refreshTimeout: 1, runner: bullmqRunner(queue) };
    const slow = refreshBehind(cache, (id: number) => `${id}`, { name: 'slow', ...options });
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([slow(1), slow(2)]);
      await slow.job.idle();
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const waiting = (await queue.getWaiting()) as QueuedJob<{ readonly args: [id: number] }>[];
    expect(waiting.map(({ data }) => data.args[0]).sort((a, b) => a - b)).toEqual([1, 2]);
  });

  it('that is down leaves the work to this process', async () => {
    const down = await startRedis();
    afterThisTest(() => down.stop());
    const { cache, errors } = await redisCache(server.url, { prefix: ownPrefix(), timeout: '5s' }, PATIENT);
    const queue = openQueue('refreshes', down.port);
    await queue.waitUntilReady();
    await down.stop();
    const runner = bullmqRunner(queue, { timeout: 20 });
    const read = refreshBehind(cache, () => 'fetched here', {
      name: 'read',
      fetchOnMiss: false,
      empty: () => '',
      runner,
    });
    expect(await read()).toBe('');
    await read.job.idle();
    expect(await read()).toBe('fetched here');
    expect(errors).toMatchObject([{ operation: 'refresh queue' }]);
  });
});

it.each([
  ['queue', () => bullmqRunner({} as Queue)],
  ['timeout', () => bullmqRunner(openQueue('x'), { timeout: 'soon' as '1s' })],
  ['attempts', () => bullmqRunner(openQueue('x'), { attempts: 3 } as object)],
  ['jobs', () => refreshProcessor([{} as never])],
  ['jobs', () => refreshProcessor({} as never)],
  ['jobs', () => refreshProcessor([1, 2].map(() => refreshBehind(redisCacheOf(), () => 1, { name: 'twice' })))],
  ['runner', () => refreshBehind(testCache().cache, () => 1, { name: 'x', runner: bullmqRunner(openQueue('x')) })],
])('what is given is checked: %s', (option, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION', option }) as Error);
});

function redisCacheOf(): Cache {
  const cache = createCache({ backend: redis(server.url) });
  afterThisTest(() => cache.close());
  return cache;
}

interface SetUp {
  readonly cache: Cache;
  readonly errors: CacheEvents['error'][];
  readonly queue: Queue;
  readonly name: string;
}

async function setUp(): Promise<SetUp> {
  const { prefix, name, queue } = ownQueue();
  return { ...(await redisCache(server.url, { prefix, timeout: '5s' }, PATIENT)), queue, name };
}

function ownQueue(): { prefix: string; name: string; queue: Queue } {
  const prefix = ownPrefix();
  const name = `${prefix}-refreshes`;
  return { prefix, name, queue: openQueue(name) };
}

function openQueue(name: string, port: number = server.port): Queue {
  const queue = new Queue(name, { connection: { host: server.host, port } });
  queue.on('error', () => {});
  // Not waited for: it does not end while the server is away.
  afterThisTest(() => void queue.disconnect().catch(() => {}));
  return queue;
}

function work(name: string, jobs: Parameters<typeof refreshProcessor>[0]): Worker {
  const worker = new Worker(name, refreshProcessor(jobs), { connection: { host: server.host, port: server.port } });
  worker.on('error', () => {});
  afterThisTest(() => worker.close(true));
  return worker;
}

async function startWorker(settings: object): Promise<ChildProcess> {
  const file = join(import.meta.dirname, 'support/refresh-worker.mjs');
  const worker = fork(file, [JSON.stringify(settings)], { execArgv: [] });
  afterThisTest(() => worker.kill('SIGKILL'));
  const [message] = (await once(worker, 'message')) as [unknown];
  expect(message).toBe('ready');
  return worker;
}

/** The ids in lines of the ledger by this process, or by any, that say this. */
function linesOf(lines: readonly string[], pid: number, what: string): string[] {
  const parts = lines.map((line) => line.split(' '));
  return parts.filter(([by, did]) => (pid === 0 || by === `${pid}`) && did === what).map(([, , id]) => id ?? '');
}
