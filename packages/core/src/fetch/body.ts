import type { Fill } from '../http/fill.ts';
import { deadline } from './deadline.ts';

/** Where the pieces of a body come from. */
type Pieces = ReadableStreamDefaultReader<Uint8Array>;

/**
 * A body on its way to the client, of which each piece is copied into the fill as it passes. A slow client keeps nobody
 * waiting: up to the size that may be stored the body is read as fast as it comes. If the client leaves, the rest is
 * read into the fill for others, unless it is not going to be stored.
 *
 * @param maxBytes how much may be stored
 * @param defer keeps the runtime alive meanwhile
 */
export function copiedBody(
  body: ReadableStream<Uint8Array>,
  fill: Fill,
  maxBytes: number,
  defer: (work: Promise<unknown>) => void,
): ReadableStream<Uint8Array> {
  const pieces = body.getReader();
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
      const piece = await nextPiece(pieces, fill);
      if (piece !== undefined) {
        controller.enqueue(piece);
        return;
      }
      fill.end();
      if (fill.stored instanceof Promise) defer(fill.stored);
      controller.close();
    },
    async cancel(reason: unknown): Promise<void> {
      if (fill.ended) await pieces.cancel(reason);
      else defer(readInto(fill, pieces));
    },
  };
  return new ReadableStream(source, { highWaterMark: maxBytes, size: (piece: Uint8Array) => piece.byteLength });
}

/** Reads a whole body into the fill. Never rejects: if the body fails, the fill is abandoned. */
export async function readInto(fill: Fill, pieces: Pieces): Promise<void> {
  const cancel = (reason: unknown): void => {
    fill.abandon();
    pieces.cancel(reason).catch(() => {});
  };
  const done = deadline(() => cancel(new Error('The body took too long, and its client is gone.')));
  try {
    while ((await nextPiece(pieces, fill)) !== undefined) {
      if (fill.ended) return cancel(new Error('The body is not going to be stored, and its client is gone.'));
    }
    fill.end();
    await fill.stored;
  } catch {
    fill.abandon();
  } finally {
    done();
  }
}

/** Lets go of a body that nobody wants. */
export function discard(response: Response | undefined): void {
  response?.body?.cancel().catch(() => {});
}

/** The next piece, which the fill has then, or `undefined` at the end. A failure abandons the fill. */
export async function nextPiece(pieces: Pieces, fill: Fill): Promise<Uint8Array | undefined> {
  try {
    // Asking for a piece may run the handler's own code.
    const { done, value } = await fill.resume(() => pieces.read());
    if (done) return undefined;
    // Some servers take strings too.
    const bytes = typeof (value as unknown) === 'string' ? new TextEncoder().encode(String(value)) : value;
    fill.chunk(bytes);
    return bytes;
  } catch (error) {
    fill.abandon();
    throw error;
  }
}
