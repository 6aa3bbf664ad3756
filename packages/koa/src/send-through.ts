import type { Send } from '@cache/core/node';
import type { Context } from 'koa';

/** Hands a stored response to the middleware above the cache, as a handler would, and leaves the sending to Koa. */
export function sendThrough(ctx: Context): Send {
  return (status, bytes) => {
    const { res } = ctx;
    const hasType = res.hasHeader('content-type');
    const body = bytes === undefined ? null : bufferOf(bytes);
    // Otherwise Koa takes a body for a 200.
    if (status !== 200) ctx.status = status;
    ctx.body = body;
    // Koa gives one to each body; the stored response had none.
    if (!hasType) res.removeHeader('content-type');
    return () => ctx.body === body && ctx.status === status;
  };
}

/** Koa takes other bytes for JSON. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
