/** A server that takes part. It runs in a process of its own. */
export interface HttpContender {
  readonly name: string;
  /** The module in `servers` that starts it. */
  readonly module: string;
  /** Whether a second request for the page may reach the handler. */
  readonly cached: boolean;
  /** The contender that does the same on the same framework, to be compared with directly. */
  readonly peer?: string;
}

/** All servers. Each new adapter adds a line here and a module that calls `serve`. */
export const httpContenders: readonly HttpContender[] = [
  { name: 'floor', module: 'raw-node', cached: true },
  { name: 'express, floor in the handler', module: 'express-bare', cached: true },
  { name: '@cache/express, fast path', module: 'fast-express', cached: true },
  { name: '@cache/core/node before express', module: 'before-express', cached: true },
  { name: '@cache/express', module: 'cache-express', cached: true, peer: 'express + apicache' },
  { name: '@cache/hono', module: 'cache-hono', cached: true, peer: 'hono + hono/cache' },
  { name: 'hono + hono/cache', module: 'hono-cache', cached: true },
  { name: 'hono, no cache', module: 'hono', cached: false },
  { name: 'express, no cache', module: 'express', cached: false },
  { name: 'express + apicache', module: 'apicache', cached: true },
  { name: '@cache/koa', module: 'cache-koa', cached: true, peer: 'koa + koa-cash' },
  { name: 'koa, no cache', module: 'koa', cached: false },
  { name: 'koa + koa-cash', module: 'koa-cash', cached: true },
  { name: '@cache/nestjs', module: 'cache-nestjs', cached: true, peer: 'nest + CacheInterceptor' },
  { name: 'nest, no cache', module: 'nest', cached: false },
  { name: 'nest + CacheInterceptor', module: 'nest-cache-manager', cached: true },
  {
    name: '@cache/nestjs, fastify',
    module: 'cache-nestjs-fastify',
    cached: true,
    peer: 'nest on fastify + CacheInterceptor',
  },
  { name: 'nest on fastify, no cache', module: 'nest-fastify', cached: false },
  { name: 'nest on fastify + CacheInterceptor', module: 'nest-cache-manager-fastify', cached: true },
];
