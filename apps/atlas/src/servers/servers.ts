import type { Server } from 'node:http';
import { createExpressServer } from './express.ts';
import { createKoaServer } from './koa.ts';
import { createNestServer } from './nestjs.ts';
import type { ServerParts } from './parts.ts';

/** The frameworks that the atlas runs on. */
export type Framework = 'express' | 'koa' | 'nestjs';

/** How a server is made on each. */
export const servers: Readonly<Record<Framework, (parts: ServerParts) => Server | Promise<Server>>> = {
  express: createExpressServer,
  koa: createKoaServer,
  nestjs: createNestServer,
};

/** Their names, the default one first. */
export const frameworks: readonly Framework[] = ['express', 'koa', 'nestjs'];
