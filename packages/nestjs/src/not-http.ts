import { CacheError } from '@cache/core';
import { type ExecutionContext, Logger } from '@nestjs/common';

const logger = new Logger('CacheModule');
const warned = new WeakSet<object>();

/** Whether a handler answers HTTP requests. If it does not, says once that `decorator` does nothing there. */
export function isHttp(context: ExecutionContext, decorator: string): boolean {
  const type: string = context.getType();
  if (type === 'http') return true;
  const handler = context.getHandler();
  if (!warned.has(handler)) {
    warned.add(handler);
    const { code, message } = new CacheError(
      'ERR_CACHE_PLACE',
      `${decorator} has no effect on ${context.getClass().name}.${handler.name}: it handles "${type}", not HTTP. ` +
        'Put @Cached() on the method of the provider that it calls.',
    );
    logger.warn(`${code}: ${message}`);
  }
  return false;
}
