import { createServer } from 'node:http';
import { Pool } from 'undici';
import { openCache } from './cache.ts';
import { drainable } from './drain.ts';
import { forwardTo } from './forward/forward.ts';
import { inFront } from './front.ts';
import { listen } from './listen.ts';
import type { Options } from './options.ts';
import { createExpressListener } from './servers/express.ts';
import { createHonoListener } from './servers/hono.ts';
import { createKoaListener } from './servers/koa.ts';
import { createNestListener } from './servers/nestjs.ts';

const listeners = {
  express: createExpressListener,
  koa: createKoaListener,
  hono: createHonoListener,
  nestjs: createNestListener,
};

/** The name of this proxy in `Via`. */
const VIA = 'cache-gateway';

/** A gateway that runs. */
export interface Gateway {
  readonly url: string;
  /** Finishes the requests under way and releases everything. */
  readonly stop: () => Promise<void>;
}

/** Starts the gateway. @throws StartError */
export async function start(options: Options, print: (line: string) => void): Promise<Gateway> {
  const cached = await openCache(options);
  const pool = new Pool(options.origin, {
    connections: options.maxSockets,
    pipelining: 1,
    connect: { timeout: Math.min(options.originTimeout, 10_000) },
    headersTimeout: options.originTimeout,
    bodyTimeout: options.originTimeout,
    allowH2: false,
  });
  const forward = forwardTo(pool, {
    via: VIA,
    origin: options.origin.host,
    host: options.sendHost === 'origin' ? options.origin.host : undefined,
    forwarded: options.forwarded,
    maxRequestBytes: options.maxRequestBytes,
    maxWaiting: options.maxWaiting,
  });
  const listener = inFront(await listeners[options.framework]({ forward, cached }), { ...options, print });
  const limits = { maxHeaderSize: options.maxHeaderBytes, requestTimeout: options.clientTimeout };
  const server = createServer({ ...limits, headersTimeout: options.clientTimeout }, listener);
  const drain = drainable(server, options.drainTimeout);
  const release = async (): Promise<void> => {
    await pool.destroy();
    await cached?.cache.close();
  };
  try {
    const url = await listen(server, options.port, options.host);
    print(
      `gateway (${options.framework}, ${options.mode ?? 'no cache'}) listening on ${url} for ${options.origin.origin}`,
    );
    let stopped: Promise<void> | undefined;
    return { url, stop: () => (stopped ??= drain().then(release)) };
  } catch (error) {
    await release();
    throw error;
  }
}
