import { type Cache, createCache } from '@cache/core';
import { type FakeClock, fakeClock } from '@cache/core/testing';
import { CacheModule, type CacheModuleOptions } from '@cache/nestjs';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { Server } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Platform } from './platforms.ts';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** The parameters of the cache's member of `Cache-Status`. */
  readonly cacheStatus: string | undefined;
}

/** An application that runs until the test is over. */
export interface RunningApp {
  readonly app: INestApplication;
  readonly cache: Cache;
  readonly clock: FakeClock;
  readonly url: string;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Answer>;
  readonly send: (method: string, path: string) => Promise<Answer>;
}

/** Starts an application with a cache of its own, named `cache`, whose time the test moves. */
export async function startApp(
  platform: Platform,
  metadata: ModuleMetadata,
  options: CacheModuleOptions = {},
  setUp: (app: INestApplication) => unknown = () => {},
): Promise<RunningApp> {
  const clock = fakeClock();
  const cache = createCache({ clock });
  const caches = { default: cache, ...options.caches };
  const imports = [CacheModule.forRoot({ ...options, caches }), ...(metadata.imports ?? [])];
  const app = await platform.create({ module: class AppModule {}, ...metadata, imports });
  await setUp(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  onTestFinished(async () => {
    (app.getHttpServer() as Server).closeAllConnections();
    await app.close();
    await cache.close();
  });
  const ask = async (method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(url + path, { method, headers, redirect: 'manual' });
    const cacheStatus = response.headers.get('cache-status')?.replace(/^[^;]*; /, '');
    return { status: response.status, headers: response.headers, body: await response.text(), cacheStatus };
  };
  return { app, cache, clock, url, get: (path, headers) => ask('GET', path, headers), send: ask };
}

/** Asks until the answer is as wished: for what happens in the background after an answer. */
export async function eventually<T>(ask: () => Promise<T>, isWished: (answer: T) => boolean): Promise<T> {
  for (let turn = 0; turn < 500; turn += 1) {
    const answer = await ask();
    if (isWished(answer)) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return ask();
}
