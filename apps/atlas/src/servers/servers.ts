import type { Server } from 'node:http';
import { createExpressServer, type ServerParts } from './express.ts';
import { createNestServer } from './nestjs.ts';

/** The frameworks that the atlas runs on. */
export type Framework = 'express' | 'nestjs';

/** How a server is made on each. */
export const servers: Readonly<Record<Framework, (parts: ServerParts) => Server | Promise<Server>>> = {
  express: createExpressServer,
  nestjs: createNestServer,
};

/** Their names, the default one first. */
export const frameworks: readonly Framework[] = ['express', 'nestjs'];
