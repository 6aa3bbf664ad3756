import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { decodeHead, headLength, lengthToTell, RunningCheck, writtenCheck } from '../../codecs/streamed.ts';
import type { Entry } from '../../entry.ts';
import { CacheError } from '../../errors.ts';
import type { StoredStream } from '../streams.ts';

const PIECE = 64 * 1024;

/** A file of a value that came as a stream, open for reading: it stays as it is even when it is removed. */
export class StreamFile implements StoredStream {
  readonly entry: Entry;
  readonly #handle: FileHandle;
  readonly #head: Buffer;
  readonly #length: number;
  readonly #damaged: () => void;

  private constructor(entry: Entry, handle: FileHandle, head: Buffer, length: number, damaged: () => void) {
    this.entry = entry;
    this.#handle = handle;
    this.#head = head;
    this.#length = length;
    this.#damaged = damaged;
  }

  /**
   * `undefined`, and the file is closed, if it is not of this length or does not begin as a streamed value of this key does.
   *
   * @param damaged called if it turns out while it is read that the bytes are not those that were written
   */
  static async open(
    key: string,
    handle: FileHandle,
    length: number,
    damaged: () => void,
  ): Promise<StreamFile | undefined> {
    try {
      const { size } = await handle.stat();
      const head = size === length ? await readHead(handle, Buffer.byteLength(key), size) : undefined;
      const entry = head && decodeHead(key, head);
      if (head !== undefined && entry !== undefined) return new StreamFile(entry, handle, head, length, damaged);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
    return undefined;
  }

  read(): Readable {
    return new FileReader(this.#handle, this.#head, this.#length, this.#damaged);
  }

  close(): void {
    this.#handle.close().catch(() => {});
  }
}

async function readHead(handle: FileHandle, keyBytes: number, size: number): Promise<Buffer | undefined> {
  const start = await readExactly(handle, Math.min(size, lengthToTell(keyBytes)));
  if (start.length < lengthToTell(keyBytes) || start.readUInt32BE(lengthToTell(0) - 8) !== keyBytes) return undefined;
  const length = headLength(start);
  return length > size ? undefined : readExactly(handle, length);
}

async function readExactly(handle: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, 0);
  return bytes.subarray(0, bytesRead);
}

/** What follows the head, and an error in place of the end if it is not what was written. */
class FileReader extends Readable {
  readonly #handle: FileHandle;
  readonly #check: RunningCheck;
  readonly #expected: number;
  readonly #end: number;
  readonly #damaged: () => void;
  #at: number;

  constructor(handle: FileHandle, head: Buffer, end: number, damaged: () => void) {
    super({ highWaterMark: PIECE });
    this.#handle = handle;
    this.#check = new RunningCheck(head);
    this.#expected = writtenCheck(head);
    this.#end = end;
    this.#damaged = damaged;
    this.#at = head.length;
  }

  override _read(): void {
    this.#next().catch((error: unknown) => this.destroy(error as Error));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    void this.#release(error, callback);
  }

  async #release(error: Error | null, callback: (error?: Error | null) => void): Promise<void> {
    let failure = error;
    try {
      await this.#handle.close();
    } catch (closing) {
      failure ??= closing as Error;
    }
    callback(failure);
  }

  async #next(): Promise<void> {
    const left = this.#end - this.#at;
    if (left === 0) return this.#finish();
    const piece = Buffer.allocUnsafe(Math.min(PIECE, left));
    const { bytesRead } = await this.#handle.read(piece, 0, piece.length, this.#at);
    if (bytesRead === 0) return this.#fail();
    const bytes = piece.subarray(0, bytesRead);
    this.#at += bytesRead;
    this.#check.add(bytes);
    // What is wrong must be known before the last piece is handed out.
    if (this.#at === this.#end && this.#check.value !== this.#expected) return this.#fail();
    this.push(bytes);
  }

  #finish(): void {
    // An empty value has no last piece.
    if (this.#check.value !== this.#expected) this.#fail();
    else this.push(null);
  }

  #fail(): void {
    this.#damaged();
    this.destroy(new CacheError('ERR_CACHE_BACKEND', 'The file of the value is damaged.'));
  }
}
