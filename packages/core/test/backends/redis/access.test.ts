import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '@cache/services/ports';
import { type OwnRedis, startRedis } from '@cache/services/redis';
import { expectNoUnhandledRejections } from '../../support/unhandled-rejections.ts';
import { bareClient, cleanUpAfterEach, coldCache, ownPrefix, redisCache } from './support.ts';

cleanUpAfterEach();
expectNoUnhandledRejections();

describe('TLS', () => {
  let server: OwnRedis;
  let port: number;
  let ca: Buffer;
  const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));

  beforeAll(async () => {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
    execFileSync('openssl', ['req', '-x509', ...newKey, ...names, '-days', '2', '-out', certificate], {
      stdio: 'ignore',
    });
    ca = readFileSync(certificate);
    port = await freePort();
    const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
    server = await startRedis(['--tls-port', `${port}`, '--tls-auth-clients', 'no', ...files]);
  }, 200_000);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('carries values and invalidations', async () => {
    const prefix = ownPrefix();
    const connection = { host: '127.0.0.1', port, tls: { ca } };
    const one = await redisCache(connection, { prefix, timeout: '5s' });
    const other = await redisCache(connection, { prefix, timeout: '5s' });
    const large = 'x'.repeat(500_000);
    await one.cache.set('k', large, { tags: ['t'] });
    expect(await other.cache.get('k')).toBe(large);
    await other.cache.invalidateTags(['t']);
    await expect.poll(() => one.cache.get('k'), { interval: 5 }).toBeUndefined();
    const many = await Promise.all(
      Array.from({ length: 100 }, (_, index) => one.cache.getOrSet(['n', index], () => index)),
    );
    expect(many).toEqual([...many.keys()]);
    expect(await one.cache.getMany(many.map((index) => ['n', index]))).toEqual(many);
    expect(one.errors).toEqual([]);
  });

  it('with a certificate that nobody vouches for is no connection, and fails no call', async () => {
    const { cache, errors } = coldCache(`rediss://127.0.0.1:${port}`, { prefix: ownPrefix(), timeout: 100 });
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(errors).not.toEqual([]);
  });
});

describe('a user of an access control list', () => {
  let server: OwnRedis;
  beforeAll(async () => {
    server = await startRedis();
  }, 200_000);
  afterAll(() => server.stop());

  async function user(
    name: string,
    ...rules: string[]
  ): Promise<{ host: string; port: number; username: string; password: string }> {
    const password = `${name}'s`;
    await bareClient(server).call('ACL', 'SETUSER', name, 'reset', 'on', `>${password}`, ...rules);
    return { host: server.host, port: server.port, username: name, password };
  }

  it('needs no more than the documented rights', async () => {
    const prefix = ownPrefix();
    const rights = ['+@read', '+@write', '+eval', '+evalsha', '+time', '+info'];
    const connection = await user('enough', `~${prefix}:*`, ...rights);
    const { cache, errors } = await redisCache(connection, { prefix, timeout: '5s' });
    await cache.set('k', 1, { tags: ['t'] });
    expect(await cache.get('k')).toBe(1);
    expect(await cache.add('k', 2)).toBe(false);
    expect(await cache.increment('n')).toBe(1);
    expect(await cache.getMany(['k', 'none'])).toEqual([1, undefined]);
    const keys = new Set<unknown>();
    for await (const key of cache.keys()) keys.add(key);
    expect(keys).toEqual(new Set(['k', 'n']));
    await cache.invalidateTags(['t']);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.delete('n')).toBe(true);
    await cache.clear();
    expect(errors).toEqual([]);
    const refused = (await bareClient(server).call('ACL', 'LOG')) as (readonly unknown[])[];
    // ioredis introduces itself, and goes on when it may not.
    expect(refused.filter((record) => !String(record).includes('client|setinfo'))).toEqual([]);
  });

  it('without the right to write finds nothing and stores nothing, and fails no call', async () => {
    const prefix = ownPrefix();
    const writer = await redisCache(server.url, { prefix });
    const all = ['+@read', '+eval', '+evalsha', '+time', '+info'];
    const connection = await user('reader', `~${prefix}:*`, ...all);
    await writer.cache.set('k', 1);
    const reader = coldCache(connection, { prefix });
    expect(await reader.cache.getOrSet('new', () => 2)).toBe(2);
    await reader.cache.set('k', 2);
    expect(await writer.cache.get('k')).toBe(1);
    expect(reader.errors.map(({ error }) => String(error)).join()).toMatch(/can't run this command|NOPERM/);
  });

  it('with a wrong password is no connection, and fails no call', async () => {
    const connection = { ...(await user('known')), password: 'wrong' };
    const { cache, errors } = coldCache(connection, { prefix: ownPrefix(), timeout: 100 });
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    await cache.set('k', 1);
    expect(await cache.get('k')).toBeUndefined();
    expect(errors).not.toEqual([]);
  });
});
