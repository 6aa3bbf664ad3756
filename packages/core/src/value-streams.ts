import { Readable } from 'node:stream';
import type { MaybePromise, Store } from './backends/backend.ts';
import type { StreamWrite } from './backends/streams.ts';
import { type ByteSource, endSource, pieces } from './byte-source.ts';
import { currentDependencies } from './dependencies.ts';
import { createEntry, type Entry, isExpired, isFresh } from './entry.ts';
import { CacheError, invalidOption, rejectUnknownOptions } from './errors.ts';
import { validateTags } from './invalidation/tags.ts';
import type { ValueIsolation } from './isolation.ts';
import type { Key } from './key.ts';
import { LIFETIME_OPTIONS, type LifetimeOptions, lifetimeOf } from './lifetime-options.ts';
import type { Space } from './space.ts';
import type { CacheDefaults } from './value-loads.ts';

/** Options of `setStream`. The lifetime is counted from the beginning of the stream. */
export interface SetStreamOptions extends LifetimeOptions {
  /** Ends the stream. Nothing is stored then, and the call rejects with its reason. */
  readonly signal?: AbortSignal;
}

const SET_STREAM_OPTIONS = [...LIFETIME_OPTIONS, 'signal'];
/** Bytes of a stream that are collected for a backend which keeps only whole values. */
const MAX_COLLECTED = 16 * 1024 * 1024;
const NO_VALUE = new Uint8Array();

/** Values that are bytes, in and out piece by piece. */
export class ValueStreams {
  readonly #space: Space;
  readonly #defaults: CacheDefaults;

  constructor(space: Space, defaults: CacheDefaults) {
    this.#space = space;
    this.#defaults = defaults;
  }

  async set(key: Key, source: ByteSource, options: SetStreamOptions): Promise<boolean> {
    const space = this.#space;
    const { flights, log } = space.root;
    const id = space.id(key);
    if (typeof source?.[Symbol.asyncIterator] !== 'function') {
      throw invalidOption('source', source, 'a stream or an async iterable of bytes');
    }
    const makeEntry = this.#check(options);
    const slowWrite = flights.beginWrite(id);
    try {
      if (log.ready !== undefined) await space.ready();
      const entry = makeEntry();
      const expected = await this.#found(id);
      const writing = await this.#begin(id, entry);
      if (writing === undefined) return false;
      const isNewest = (): boolean => !slowWrite.fenced && space.isValid(entry);
      return await this.#write(key, { id, entry, expected, writing, isNewest }, source, options.signal);
    } finally {
      flights.endWrite(id, slowWrite);
      endSource(source);
    }
  }

  async get(key: Key): Promise<Readable | undefined> {
    const space = this.#space;
    const { clock, log, store } = space.root;
    const id = space.id(key);
    currentDependencies()?.hear(log);
    const stored = await this.#attempt(
      'get',
      () => store.streams?.open(id),
      (late) => late?.close(),
    );
    if (stored !== undefined) {
      const entry = space.ifUsable(id, stored.entry, clock.now());
      if (entry !== undefined && isFresh(entry, clock.now())) {
        space.answer(key, entry);
        return stored.read();
      }
      stored.close();
    }
    const entry = stored === undefined ? await space.read(id, clock.now()) : undefined;
    if (entry === undefined || !isFresh(entry, clock.now())) {
      space.emit('miss', key);
      return undefined;
    }
    if (!(entry.value instanceof Uint8Array)) {
      throw new CacheError('ERR_CACHE_VALUE', 'Only a value that is bytes can be read as a stream.');
    }
    return Readable.from([space.answer(key, entry)], { objectMode: false });
  }

  #check(options: SetStreamOptions): () => Entry {
    rejectUnknownOptions(options, SET_STREAM_OPTIONS);
    const { signal, tags } = options;
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw invalidOption('signal', signal, 'an `AbortSignal`');
    }
    const lifetime = lifetimeOf(options, this.#defaults.lifetime);
    const checkedTags = tags === undefined ? [] : [...validateTags(tags)];
    const { clock, log } = this.#space.root;
    const parts = { value: NO_VALUE, tags: checkedTags, limitAt: Infinity, copyOnRead: false };
    return () => createEntry({ ...parts, position: log.head }, lifetime, clock.now());
  }

  /** What a swap must expect. A stream is not read for that. */
  async #found(id: string): Promise<Entry | undefined> {
    const space = this.#space;
    const { clock, store } = space.root;
    const stream = await this.#attempt(
      'get',
      () => store.streams?.open(id),
      (late) => late?.close(),
    );
    stream?.close();
    const found = stream?.entry ?? (await space.find(id));
    return space.ifUsable(id, found, clock.now()) ?? (store.capabilities.shared ? found : undefined);
  }

  async #begin(id: string, entry: Entry): Promise<StreamWrite | undefined> {
    const { store } = this.#space.root;
    const { streams } = store;
    if (streams === undefined) return new Collected(store, id, entry, this.#defaults.values);
    return this.#attempt(
      'set',
      () => streams.begin(id, entry),
      (late) => void late.abort().catch(() => {}),
    );
  }

  async #write(key: Key, write: Write, source: ByteSource, signal: AbortSignal | undefined): Promise<boolean> {
    const space = this.#space;
    const { clock, flights, store } = space.root;
    const { id, entry, expected, writing } = write;
    let stored: boolean | undefined;
    try {
      const end = await this.#pour(writing, source, signal);
      if (end === 'failed' || !write.isNewest()) return false;
      // Loads under way began before what is written now.
      flights.fence(id);
      if (end === 'whole' && !isExpired(entry, clock.now())) {
        stored = await this.#attempt('set', () => writing.commit(expected));
        if (stored === true) space.emit('set', key);
        return stored === true;
      }
      // A write must never leave an older value, so one that cannot be kept takes the old one away.
      await this.#attempt('delete', () => store.swap(id, expected, undefined));
      if (end === 'too large') {
        space.report('set', new CacheError('ERR_CACHE_VALUE', 'The stream is larger than the backend may keep.'), key);
      }
      return false;
    } finally {
      if (stored === undefined) await this.#attempt('set', () => writing.abort());
    }
  }

  /** @throws what the source throws, the reason of the signal, CacheError `ERR_CACHE_VALUE` */
  async #pour(
    writing: StreamWrite,
    source: ByteSource,
    signal: AbortSignal | undefined,
  ): Promise<'whole' | 'too large' | 'failed'> {
    for await (const piece of pieces(source, signal)) {
      const taken = await this.#attempt('set', () => writing.write(piece));
      if (taken !== true) return taken === false ? 'too large' : 'failed';
    }
    return 'whole';
  }

  /** What the backend answers; `undefined` if it fails, which is reported. @param late what is to be done with an answer that comes too late */
  async #attempt<T>(
    operation: string,
    work: () => MaybePromise<T>,
    late?: (result: T) => void,
  ): Promise<T | undefined> {
    let working: Promise<T> | undefined;
    try {
      working = Promise.resolve(work());
      return await this.#space.inTime(working);
    } catch (error) {
      if (late !== undefined) working?.then(late, () => {});
      this.#space.report(`backend ${operation}`, error);
      return undefined;
    }
  }
}

interface Write {
  readonly id: string;
  readonly entry: Entry;
  readonly expected: Entry | undefined;
  readonly writing: StreamWrite;
  /** Whether neither its key nor its tags were written, deleted or invalidated since it began. */
  readonly isNewest: () => boolean;
}

/** A stream for a store that keeps only whole values. */
class Collected implements StreamWrite {
  readonly #store: Store;
  readonly #id: string;
  readonly #entry: Entry;
  readonly #isolation: ValueIsolation;
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(store: Store, id: string, entry: Entry, isolation: ValueIsolation) {
    this.#store = store;
    this.#id = id;
    this.#entry = entry;
    this.#isolation = isolation;
  }

  async write(piece: Uint8Array): Promise<boolean> {
    this.#length += piece.byteLength;
    // A copy: sources may use the memory of a piece again.
    if (this.#length <= MAX_COLLECTED) this.#pieces.push(piece.slice());
    return this.#length <= MAX_COLLECTED;
  }

  async commit(expected: Entry | undefined): Promise<boolean> {
    const value = Buffer.concat(this.#pieces);
    return this.#store.swap(this.#id, expected, {
      ...this.#entry,
      value,
      copyOnRead: this.#isolation !== 'shared',
    });
  }

  async abort(): Promise<void> {
    this.#pieces.length = 0;
  }
}
