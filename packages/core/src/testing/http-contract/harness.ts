import type { Cache } from '../../cache.ts';
import type { ResponsePolicy } from '../../http/policy.ts';

/** A framework with its adapter, as the contract for HTTP sees it. */
export interface HttpHarness {
  /** What the results are counted under: `'Express 5'`. */
  readonly name: string;
  /** What the framework or its adapter cannot do, each with the reason; the cases that need it are left out. */
  readonly lacks?: Partial<Readonly<Record<HttpFeature, string>>>;
  /** Builds an app with these routes, in the way its users would, and starts it. */
  start(site: HttpSite): Promise<RunningSite>;
}

/**
 * What some cases need. `socket`: requests over a connection, which can break; `fastPath`: hits before the framework runs;
 * `identity`: a place where middleware above the cache puts who is asking.
 */
export type HttpFeature = 'socket' | 'fastPath' | 'identity';

/** An app to build. */
export interface HttpSite {
  readonly cache: Cache;
  readonly routes: readonly HttpRoute[];
  /** Hits are answered before the framework runs (`attachCache`). Default: false. */
  readonly fastPath?: boolean;
  /**
   * Called once for each request by middleware above the cache. What it returns, if not `undefined`, tells who is asking: the middleware puts it
   * where the framework's users do (`req.user`), unless the harness lacks `identity`.
   */
  readonly identify?: (call: HttpCall) => unknown;
}

/** One route of the app. */
export interface HttpRoute {
  /** Default: GET, and with it HEAD. */
  readonly method?: string;
  /** Such as `/page`; without parameters. */
  readonly path: string;
  /** What `cacheResponse` gets. Left out: the route is not cached. */
  readonly policy?: ResponsePolicy | undefined;
  /** May throw: then the framework's own error handling answers. */
  readonly handler: (call: HttpCall) => HttpAnswer | Promise<HttpAnswer>;
}

/** What a handler can ask of a request. It goes through the framework's own request object, which the cache watches. */
export interface HttpCall {
  /** Path and query. */
  readonly url: string;
  readonly header: (name: string) => string | undefined;
}

/** What a handler answers; the harness sends it in the way of the framework. */
export interface HttpAnswer {
  /** Default: 200. */
  readonly status?: number;
  /** A name may come several times: then it is sent in several lines. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** An iterable is streamed, and cut off if it throws. Default: no body. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** An app that runs. */
export interface RunningSite {
  /** Where it listens, such as `http://127.0.0.1:43121`; `undefined` if it is only a function, which `fetch` then calls. */
  readonly url: string | undefined;
  /** Calls the app without a connection, as `http://localhost`. Needed if there is no `url`, and used only then. */
  readonly fetch?: (path: string, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}
