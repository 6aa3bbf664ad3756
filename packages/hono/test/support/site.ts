import { type Cache, createCache } from '@cache/core';
import { type FakeClock, fakeClock, listening } from '@cache/core/testing';
import { createAdaptorServer } from '@hono/node-server';
import type { Env, Hono } from 'hono';
import type { Server } from 'node:http';
import { onTestFinished } from 'vitest';

/** A cache and the clock it goes by. */
export function testCache(): { cache: Cache; clock: FakeClock } {
  const clock = fakeClock();
  return { cache: createCache({ ttl: '5m', clock }), clock };
}

/** Asks an app; the path may come with request fields. */
export type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** The app as a function, called as a platform does that waits for deferred work (`waitUntil`). */
export function asFunction<E extends Env>(app: Hono<E>): { ask: Ask; settle: () => Promise<void> } {
  const deferred: Promise<unknown>[] = [];
  const context = {
    waitUntil: (work: Promise<unknown>) => void deferred.push(work),
    passThroughOnException: () => {},
    props: {},
  };
  return {
    ask: async (path, init) => app.request(path, init, undefined, context),
    settle: async () => {
      for (const work of deferred) await work;
    },
  };
}

/** The app on Node, listening until the test is over. */
export async function onNode<E extends Env>(app: Hono<E>): Promise<{ ask: Ask; url: string }> {
  const site = await listening(createAdaptorServer({ fetch: app.fetch }) as Server);
  onTestFinished(() => site.close());
  const url = site.url ?? '';
  return { url, ask: (path, init) => fetch(url + path, init) };
}

/** What `Cache-Status` says, without the cache's name. */
export function said(response: Response): string | undefined {
  return response.headers.get('cache-status')?.replace(/^[^;]+; /, '');
}

/** Waits for something that comes by itself. */
export async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setImmediate(resolve));
}
