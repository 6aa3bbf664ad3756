import type { ExecutionContext } from '@nestjs/common';
import { RENDER_METADATA } from '@nestjs/common/constants.js';
import { AsyncResource } from 'node:async_hooks';
import type { PlatformResponse } from './messages.ts';

/** What renders a view, on Express and on Fastify. */
const RENDERING = ['render', 'view'] as const;

/**
 * Nest renders the view of `@Render()` after the handler, where nobody notes what is read from a cache. Called while the handler
 * runs, this makes the view a part of what the handler does.
 */
export function renderWithin(context: ExecutionContext, response: PlatformResponse): void {
  if (Reflect.getMetadata(RENDER_METADATA, context.getHandler()) === undefined) return;
  const target = response as unknown as Record<string, unknown>;
  for (const name of RENDERING) {
    const render = target[name];
    if (typeof render === 'function') target[name] = AsyncResource.bind(render as (...values: unknown[]) => unknown);
  }
}
