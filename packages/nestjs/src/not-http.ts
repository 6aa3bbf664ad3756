import { CacheError } from '@cache/core';
import { type ExecutionContext, Logger } from '@nestjs/common';

const logger = new Logger('CacheModule');
const warned = new WeakSet<object>();

/** Whether a handler answers HTTP requests. */
export function isHttp(context: ExecutionContext): boolean {
  return context.getType() === 'http';
}

/** Says, once for each handler, that `decorator` does nothing where no HTTP request is answered. */
export function warnNotHttp(context: ExecutionContext, decorator: string): void {
  const handler = context.getHandler();
  if (warned.has(handler)) return;
  warned.add(handler);
  const { code, message } = new CacheError(
    'ERR_CACHE_PLACE',
    `${decorator} has no effect on ${context.getClass().name}.${handler.name}: it handles "${context.getType()}", not HTTP. ` +
      'Put @Cached() on the method of the provider that it calls.',
  );
  logger.warn(`${code}: ${message}`);
}
