import { randomUUID } from 'node:crypto';
import { type PostgresAddress, postgresServer } from '@cache/services/postgres';
import { type RedisAddress, redisServer, startRedis } from '@cache/services/redis';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findDriver } from '../../../src/backends/sqlite/driver.ts';
import {
  type RedisDatabase,
  type RedisDatabaseOptions,
  redisDatabase,
  type RowKey,
  type WriteContext,
  type WriteSource,
} from '../../../src/strategies/redis-database/index.ts';
import { fakeClock } from '../../../src/testing/index.ts';
import { deferred } from '../../support/deferred.ts';

interface Stock {
  readonly count: number;
}

let redis: RedisAddress;
let postgres: PostgresAddress;
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  [redis, postgres] = await Promise.all([redisServer(), postgresServer()]);
}, 200_000);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(() => Promise.all([redis.stop(), postgres.stop()]));

/** Opens the same database each time it is called, as other processes would. */
function opener(
  url = redis.url,
): (
  target: WriteSource<number, Stock>,
  options?: Partial<RedisDatabaseOptions<number>>,
) => RedisDatabase<number, Stock> {
  const prefix = `t${randomUUID()}`;
  return (target, options = {}) => {
    const base = { name: 'stock', prefix, every: 'forever', timeout: '5s', onError: () => {} } as const;
    const database = redisDatabase(url, target, { ...base, ...options });
    cleanUps.push(() => database.close());
    return database;
  };
}

/** A target in memory that notes what it is given. */
function noting(): WriteSource<number, Stock> & {
  readonly rows: Map<number, Stock>;
  readonly contexts: WriteContext[];
} {
  const rows = new Map<number, Stock>();
  const contexts: WriteContext[] = [];
  return {
    rows,
    contexts,
    save(key, value, context) {
      contexts.push(context);
      rows.set(key, value);
    },
    remove(key, context) {
      contexts.push(context);
      rows.delete(key);
    },
  };
}

interface Target extends WriteSource<number, Stock> {
  rows(): Promise<[number, number][]>;
}

function sqliteTarget(): Target {
  const connection = findDriver().open(':memory:');
  connection.exec('CREATE TABLE stock (id INTEGER PRIMARY KEY, count INTEGER)');
  cleanUps.push(() => connection.close());
  const save = connection.prepare(
    'INSERT INTO stock VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET count = excluded.count',
  );
  const remove = connection.prepare('DELETE FROM stock WHERE id = ?');
  const all = connection.prepare('SELECT id, count FROM stock ORDER BY id');
  return {
    save: (id, { count }) => save.run(id, count),
    remove: (id) => remove.run(id),
    rows: async () => all.all().map((row) => [...row] as [number, number]),
  };
}

async function postgresTarget(): Promise<Target> {
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  const table = `stock_${randomUUID().replaceAll('-', '')}`;
  await pool.query(`CREATE TABLE ${table} (id integer PRIMARY KEY, count integer NOT NULL)`);
  cleanUps.push(() => pool.end());
  const columns = (saves: readonly { readonly key: number; readonly value: Stock }[]) => [
    saves.map(({ key }) => key),
    saves.map(({ value }) => value.count),
  ];
  const upsert = `INSERT INTO ${table} SELECT * FROM unnest($1::integer[], $2::integer[]) ON CONFLICT (id) DO UPDATE SET count = excluded.count`;
  return {
    save: (key, value) => pool.query(upsert, columns([{ key, value }])),
    saveMany: async (saves) => void (await pool.query(upsert, columns(saves))),
    remove: (key) => pool.query(`DELETE FROM ${table} WHERE id = $1`, [key]),
    removeMany: async (removals) =>
      void (await pool.query(`DELETE FROM ${table} WHERE id = ANY($1)`, [removals.map(({ key }) => key)])),
    async rows() {
      const { rows } = await pool.query<{ id: number; count: number }>(`SELECT id, count FROM ${table} ORDER BY id`);
      return rows.map(({ id, count }) => [id, count]);
    },
  };
}

describe.each([
  ['SQLite', sqliteTarget],
  ['PostgreSQL', postgresTarget],
])('A database in Redis, synchronised to %s', (_name, makeTarget) => {
  test('has what was written at once; the other one has it after a synchronisation', async () => {
    const target = await makeTarget();
    const stock = opener()(target);
    await stock.set(1, { count: 10 });
    await stock.setMany([
      [2, { count: 20 }],
      [3, { count: 30 }],
      [1, { count: 11 }],
    ]);
    await stock.delete(3);
    expect(await stock.getMany([1, 2, 3])).toEqual([{ count: 11 }, { count: 20 }, undefined]);
    expect(await target.rows()).toEqual([]);
    expect(await stock.pending()).toMatchObject({ keys: 3 });
    expect(await stock.flush()).toEqual({ written: 3, failed: 0 });
    expect(await target.rows()).toEqual([
      [1, 11],
      [2, 20],
    ]);
    await stock.delete(2);
    await stock.flush();
    expect(await target.rows()).toEqual([[1, 11]]);
    expect(await stock.pending()).toEqual({ keys: 0, age: 0 });
  });

  test('goes through all that is marked, in batches', async () => {
    const target = await makeTarget();
    const stock = opener()(target, { batchSize: 100 });
    const entries = Array.from({ length: 1_234 }, (_, id) => [id, { count: id * 2 }] as const);
    await stock.setMany(entries);
    expect(await stock.flush()).toEqual({ written: 1_234, failed: 0 });
    expect(await target.rows()).toEqual(entries.map(([id, { count }]) => [id, count]));
  });

  test('is itself again after Redis lost everything', async () => {
    const target = await makeTarget();
    const server = await startRedis();
    cleanUps.push(() => server.stop());
    const stock = opener(server.url)(target);
    await stock.setMany([
      [1, { count: 1 }],
      [2, { count: 2 }],
    ]);
    await stock.flush();
    const client = new Redis(server.url);
    cleanUps.push(() => client.disconnect());
    await client.flushall();
    await stock.set(2, { count: 3 });
    expect(await stock.get(1)).toBeUndefined();
    const rows = (await target.rows()).map(([id, count]) => [id, { count }] as const);
    expect(await stock.restore(rows)).toBe(1);
    expect(await stock.getMany([1, 2])).toEqual([{ count: 1 }, { count: 3 }]);
  });
});

test('A synchronisation comes by itself, and a last one with `close`', async () => {
  const clock = fakeClock();
  const target = noting();
  const stock = opener()(target, { every: '5s', clock });
  await stock.set(1, { count: 1 });
  clock.advance(5_000);
  await expect.poll(() => target.rows.get(1)).toEqual({ count: 1 });
  await expect.poll(async () => (await stock.pending()).keys).toBe(0);
  await stock.set(1, { count: 2 });
  await stock.close();
  expect(target.rows.get(1)).toEqual({ count: 2 });
  await expect(stock.get(1)).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
});

test('What is written while the other database is being written to comes next time', async () => {
  const gate = deferred<void>();
  const began = deferred<void>();
  const target = noting();
  const stock = opener()({
    ...target,
    async save(key, value, context) {
      began.resolve();
      await gate.promise;
      target.save(key, value, context);
    },
  });
  await stock.set(1, { count: 1 });
  const flushing = stock.flush();
  await began.promise;
  await stock.set(1, { count: 2 });
  gate.resolve();
  await flushing;
  expect(target.rows.get(1)).toEqual({ count: 1 });
  expect((await stock.pending()).keys).toBe(1);
  await stock.flush();
  expect(target.rows.get(1)).toEqual({ count: 2 });
  expect(new Set(target.contexts.map(({ id }) => id)).size).toBe(2);
});

test('A write that the other database refuses stalls only itself, and is told', async () => {
  const target = noting();
  const told: unknown[] = [];
  const refusing: WriteSource<number, Stock> = {
    ...target,
    save(key, value, context) {
      if (value.count < 0) throw new Error('the count is negative');
      target.save(key, value, context);
    },
    saveMany(saves) {
      if (saves.some(({ value }) => value.count < 0)) throw new Error('the count is negative');
      for (const { key, value } of saves) target.rows.set(key, value);
    },
  };
  const stock = opener()(refusing, { onError: (error, key) => told.push([String(error), key]) });
  await stock.setMany([
    [1, { count: 1 }],
    [2, { count: -2 }],
    [3, { count: 3 }],
  ]);
  expect(await stock.flush()).toEqual({ written: 0, failed: 3 });
  expect(await stock.flush()).toEqual({ written: 2, failed: 1 });
  expect([...target.rows.keys()]).toEqual([1, 3]);
  expect(told).toEqual([
    ['Error: the count is negative', 1],
    ['Error: the count is negative', 2],
  ]);
  await stock.set(2, { count: 2 });
  expect(await stock.flush()).toEqual({ written: 1, failed: 0 });
});

test('A database that is down is left alone after three failures in a row', async () => {
  let calls = 0;
  const stock = opener()({
    save() {
      calls += 1;
      throw new Error('down');
    },
  });
  await stock.setMany(Array.from({ length: 20 }, (_, key) => [key, { count: 1 }]));
  expect(await stock.flush()).toEqual({ written: 0, failed: 20 });
  expect(calls).toBe(3);
  expect(await stock.flush()).toEqual({ written: 0, failed: 20 });
  expect(calls).toBe(6);
});

test('Those of many that the other database names as failed are tried again, with the same id', async () => {
  const attempts: [number, string, number][] = [];
  const target: WriteSource<number, Stock> = {
    save: (key, _value, { id, attempt }) => attempts.push([key, id, attempt]),
    saveMany(saves) {
      for (const { key, id, attempt } of saves) attempts.push([key, id, attempt]);
      return saves.filter(({ key, attempt }) => key === 2 && attempt === 1).map(({ key }) => ({ key, error: 'later' }));
    },
  };
  const stock = opener()(target);
  await stock.setMany([
    [1, { count: 1 }],
    [2, { count: 2 }],
  ]);
  expect(await stock.flush()).toEqual({ written: 1, failed: 1 });
  expect(await stock.flush()).toEqual({ written: 1, failed: 0 });
  expect(attempts.map(([key, , attempt]) => [key, attempt])).toEqual([
    [1, 1],
    [2, 1],
    [2, 2],
  ]);
  expect(attempts[2]?.[1]).toBe(attempts[1]?.[1]);
});

test('Only one process at a time writes to the other database', async () => {
  const open = opener();
  const gate = deferred<void>();
  const began = deferred<void>();
  const slow = noting();
  const first = open({
    async save(key, value, context) {
      began.resolve();
      await gate.promise;
      slow.save(key, value, context);
    },
  });
  const idle = noting();
  const second = open(idle);
  await first.set(1, { count: 1 });
  const flushing = first.flush();
  await began.promise;
  const waiting = second.flush();
  gate.resolve();
  expect(await flushing).toEqual({ written: 1, failed: 0 });
  expect(await waiting).toEqual({ written: 0, failed: 0 });
  expect(idle.contexts).toEqual([]);
});

test('A process that stood still does not leave an older value behind', async () => {
  const open = opener();
  const rows = new Map<number, Stock>();
  const gate = deferred<void>();
  const began = deferred<void>();
  const asleep = fakeClock();
  const late = open(
    {
      async save(key, value) {
        began.resolve();
        await gate.promise;
        rows.set(key, value);
      },
    },
    { lease: 60, clock: asleep },
  );
  const other = open({ save: (key, value) => rows.set(key, value) }, { lease: 60 });
  await late.set(1, { count: 1 });
  const flushing = late.flush();
  await began.promise;
  await other.set(1, { count: 2 });
  expect(await other.flush()).toEqual({ written: 1, failed: 0 });
  expect(rows.get(1)).toEqual({ count: 2 });
  gate.resolve();
  expect(await flushing).toEqual({ written: 0, failed: 1 });
  expect(rows.get(1)).toEqual({ count: 1 });
  expect(await other.flush()).toEqual({ written: 1, failed: 0 });
  expect(rows.get(1)).toEqual({ count: 2 });
});

test('A value that was just removed is not restored', async () => {
  const target = noting();
  const stock = opener()(target);
  await stock.set(1, { count: 1 });
  await stock.flush();
  const rows = [...target.rows];
  await stock.delete(1);
  expect(await stock.restore(rows)).toBe(0);
  expect(await stock.get(1)).toBeUndefined();
});

test('Keys that look alike are different rows, and come back as they are', async () => {
  const saved: unknown[] = [];
  const stock = redisDatabase<RowKey, number>(
    redis.url,
    { save: (key) => saved.push(key) },
    { name: '{keys}', prefix: `t${randomUUID()}`, every: 'forever', timeout: '5s' },
  );
  cleanUps.push(() => stock.close());
  const keys: RowKey[] = [1, '1', [1], 1n, [1n], true, 'true', '@[1]', '[1]', ['a', 1], 'ä', '\ud800'];
  await stock.setMany(keys.map((key, index) => [key, index] as const));
  expect(await stock.getMany(keys)).toEqual(keys.map((_, index) => index));
  await stock.flush();
  expect(saved).toEqual(keys);
});

test('Wrong input is refused, and says what is allowed', async () => {
  const open = opener();
  const target = noting();
  expect(() => open({} as WriteSource<number, Stock>)).toThrow('allowed: a function of the source');
  expect(() => open(target, { name: '' })).toThrow('Option `name` is ""');
  expect(() => open(target, { every: 0 })).toThrow("Option `every` is 0; allowed: more than 0, or 'forever'.");
  expect(() => open(target, { batchSize: 0 })).toThrow('Option `batchSize` is 0');
  expect(() => open(target, { lease: 1 })).toThrow("allowed: '50ms' to '1d'");
  expect(() => open(target, { evry: 1 } as object)).toThrow('Unknown option `evry`');
  const stock = open({ save: () => {} });
  await expect(stock.delete(1)).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION', option: 'remove' });
  await expect(stock.set(1, undefined as unknown as Stock)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
  await expect(stock.set(Number.NaN, { count: 1 })).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
});
