import { createCache } from '../../../src/create-cache.ts';
import type { Cache, CacheOptions } from '../../../src/index.ts';
import { createFetchHandler, type FetchExchange, type ResponsePolicy } from '../../../src/fetch/index.ts';
import { type FakeClock, fakeClock } from '../../../src/testing/index.ts';

export type Handler = FetchExchange<undefined>['next'];

/** A handler behind a cache. */
export interface FetchSite {
  readonly cache: Cache;
  readonly clock: FakeClock;
  /** How often the handler ran. */
  readonly runs: number;
  /** What was deferred so far. */
  readonly deferred: readonly Promise<unknown>[];
  /** Sends a request; the answer must be a response. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** As `ask`, with what an adapter knows besides. */
  send(
    exchange: Partial<FetchExchange<undefined>> & { path?: string; init?: RequestInit },
  ): Promise<Response | undefined>;
  /** Waits for everything that was deferred. */
  settle(): Promise<void>;
}

export function fetchSite(handler: Handler, policy: ResponsePolicy = {}, options: CacheOptions = {}): FetchSite {
  const clock = fakeClock();
  const cache = createCache({ ttl: '5m', ...options, clock });
  const handle = createFetchHandler(cache, policy);
  const deferred: Promise<unknown>[] = [];
  let runs = 0;
  const send: FetchSite['send'] = async ({ path = '/', init, ...more }) =>
    handle<undefined>({
      request: new Request(`http://site.example${path}`, init),
      next: (request, run) => {
        runs += 1;
        return handler(request, run);
      },
      defer: (work) => void deferred.push(work),
      ...more,
    });
  return {
    cache,
    clock,
    deferred,
    get runs() {
      return runs;
    },
    send,
    async ask(path, init) {
      const response = await send({ path, ...(init !== undefined && { init }) });
      if (response === undefined) throw new Error('There was no response.');
      return response;
    },
    async settle() {
      for (const work of deferred) await work;
    },
  };
}

/** What `Cache-Status` says, without the cache's name. */
export function said(response: Response): string | undefined {
  return response.headers.get('cache-status')?.replace(/^[^;]+; /, '');
}

/** A body that the test writes. */
export function controlledBody(): {
  readonly body: ReadableStream<Uint8Array>;
  write(text: string): void;
  end(): void;
  fail(error: Error): void;
  readonly cancelled: boolean;
} {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: () => {
      cancelled = true;
    },
  });
  return {
    body,
    write: (text) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
    fail: (error) => controller?.error(error),
    get cancelled() {
      return cancelled;
    },
  };
}
