import type { Server } from 'node:http';
import { createExpressServer } from './express.ts';
import { createHonoServer } from './hono.ts';
import { createKoaServer } from './koa.ts';
import { createNestServer } from './nestjs.ts';
import type { ServerParts } from './parts.ts';

/** The frameworks that the atlas runs on. */
export type Framework = 'express' | 'koa' | 'hono' | 'nestjs';

/** How a server is made on each. */
export const servers: Readonly<Record<Framework, (parts: ServerParts) => Server | Promise<Server>>> = {
  express: createExpressServer,
  koa: createKoaServer,
  hono: createHonoServer,
  nestjs: createNestServer,
};

/** Their names, the default one first. */
export const frameworks: readonly Framework[] = ['express', 'koa', 'hono', 'nestjs'];
