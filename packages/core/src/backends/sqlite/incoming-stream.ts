import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import { CHECK_POSITION, encodeHead, RunningCheck } from '../../codecs/streamed.ts';
import type { Entry } from '../../entry.ts';
import type { StreamWrite } from '../streams.ts';
import { newFileName, rowSize, valueRow } from './row-writes.ts';
import { newToken } from './schema.ts';
import type { Shard } from './shard.ts';

/** A value on its way into a file of its own, which means nothing until its row is written. */
export class IncomingStream implements StreamWrite {
  readonly #shard: Shard;
  readonly #clock: Clock;
  readonly #key: string;
  readonly #entry: Entry;
  readonly #token = Buffer.from(newToken());
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #head: Buffer;
  readonly #check: RunningCheck;
  #length = 0;
  #announcedAt: number;
  #ended = false;

  private constructor(shard: Shard, clock: Clock, key: string, entry: Entry, file: string, handle: FileHandle) {
    this.#shard = shard;
    this.#clock = clock;
    this.#key = key;
    this.#entry = entry;
    this.#file = file;
    this.#handle = handle;
    this.#announcedAt = Date.now();
    this.#head = encodeHead(key, entry, this.#token);
    this.#check = new RunningCheck(this.#head);
  }

  static async begin(shard: Shard, clock: Clock, key: string, entry: Entry): Promise<IncomingStream> {
    const file = newFileName();
    await shard.pending.announce(file, () => false);
    const stream = new IncomingStream(shard, clock, key, entry, file, await shard.files.create(file));
    await stream.#append(stream.#head);
    return stream;
  }

  async write(piece: Uint8Array): Promise<boolean> {
    if (rowSize(this.#key, this.#length + piece.byteLength) > this.#shard.options.maxBytes) return false;
    this.#announcedAt = await this.#shard.pending.prolong(this.#file, this.#announcedAt, () => this.#ended);
    this.#check.add(piece);
    await this.#append(piece);
    return true;
  }

  async commit(expected: Entry | undefined): Promise<boolean> {
    const { connection } = this.#shard.options;
    const check = Buffer.alloc(4);
    check.writeUInt32BE(this.#check.value);
    await this.#handle.write(check, 0, check.length, CHECK_POSITION);
    if (connection.synchronous === 'full') await this.#handle.sync();
    await this.#close();
    const parts = { key: this.#key, token: this.#token, file: this.#file, body: null, length: this.#length };
    const now = this.#clock.now();
    const row = valueRow(parts, this.#entry, now);
    return this.#shard.swap({ row, large: undefined }, tokenOf(expected), now);
  }

  async abort(): Promise<void> {
    await this.#close();
    this.#shard.pending.discard(this.#file);
  }

  async #append(piece: Uint8Array): Promise<void> {
    for (let written = 0; written < piece.byteLength; ) {
      const { bytesWritten } = await this.#handle.write(piece, written, piece.byteLength - written, this.#length);
      written += bytesWritten;
      this.#length += bytesWritten;
    }
  }

  async #close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#handle.close();
  }
}

function tokenOf(entry: Entry | undefined): Buffer | undefined {
  return entry?.token === undefined ? undefined : Buffer.from(entry.token, 'latin1');
}
