import { CacheError } from './errors.ts';

/** Bytes in pieces: a `Readable` of Node, a `ReadableStream` of the web, an async generator. */
export type ByteSource = AsyncIterable<Uint8Array>;

/**
 * The pieces of a source, until `signal` is aborted.
 *
 * @throws what the source throws, the reason of the signal, CacheError `ERR_CACHE_VALUE` for what is not bytes
 */
export async function* pieces(source: ByteSource, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  const { aborted, stop } = untilAborted(signal);
  try {
    for (;;) {
      const next = await (signal === undefined ? iterator.next() : Promise.race([iterator.next(), aborted]));
      if (next.done === true) return;
      if (!(next.value instanceof Uint8Array)) {
        throw new CacheError('ERR_CACHE_VALUE', 'The stream holds something else than bytes (`Uint8Array`, `Buffer`).');
      }
      yield next.value;
    }
  } finally {
    stop();
    // Not waited for: a source that hangs would hang this too.
    iterator.return?.()?.then(undefined, () => {});
  }
}

/** Tells a source that nobody reads it any more, whether it was begun or not. */
export function endSource(source: ByteSource): void {
  const { destroy, cancel, locked } = source as {
    readonly destroy?: () => void;
    readonly cancel?: () => Promise<void>;
    readonly locked?: boolean;
  };
  if (typeof destroy === 'function') destroy.call(source);
  else if (typeof cancel === 'function' && locked !== true) cancel.call(source).catch(() => {});
}

function untilAborted(signal: AbortSignal | undefined): {
  readonly aborted: Promise<never>;
  readonly stop: () => void;
} {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  aborted.catch(() => {});
  return { aborted, stop: () => signal?.removeEventListener('abort', onAbort) };
}
