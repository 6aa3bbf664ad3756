import { randomBytes } from 'node:crypto';
import {
  type Backend,
  type Entry,
  type LogFollower,
  type LogSource,
  type Store,
  type StoreContext,
  structuredCloneCodec,
} from '../../src/index.ts';
import { decodeEntry, encodeEntry } from '../../src/codecs/envelope.ts';
import { OneByOne } from '../../src/backends/one-by-one.ts';

/** What happens to the next calls of the clients of a `SharedMemory`. */
export type Fault = 'none' | 'refused' | 'silent';

interface Row {
  readonly bytes: Buffer;
  readonly goneAt: number;
}

interface Data {
  readonly rows: Map<string, Row>;
  readonly records: (readonly [position: number, names: readonly string[]])[];
  readonly followers: Set<LogFollower>;
  /** Those who are not told of anything for now. */
  readonly cutOff: Set<LogFollower>;
}

/** A server as simple as it can be: bytes in a map, tombstones, a log. Its clients answer in promises, and fail when the test says so. */
export class SharedMemory {
  fault: Fault = 'none';
  /** Calls that reached the server, whatever became of them. */
  readonly calls: string[] = [];
  /** While set, calls wait for it before they take effect. */
  gate: Promise<unknown> | undefined;
  /** While set, clients hear of each other's invalidations only by `deliver`, and do not know that they are late. */
  lagging = false;
  readonly #data = new Map<string, Data>();

  /** A client, as each process has one. */
  client(): Backend {
    return {
      kind: 'shared-memory',
      open: (context) => new Client(this, this.#dataOf(context), context),
      close: () => {},
    };
  }

  /** Removes an entry as lack of room would. */
  evict({ name, version }: StoreContext, key: string): void {
    this.#data.get(JSON.stringify([name, version]))?.rows.delete(key);
  }

  /** Cuts all followers off from the log: they are told so, and of nothing else until `reconnect`. */
  cutOff(): void {
    for (const { followers, cutOff } of this.#data.values()) {
      for (const follower of followers) {
        cutOff.add(follower);
        follower.lost();
      }
    }
  }

  /** Tells those who were cut off what they have missed. */
  reconnect(): void {
    for (const data of this.#data.values()) {
      for (const follower of data.cutOff) replay(data, follower);
      data.cutOff.clear();
    }
  }

  /** Tells all clients what they have not heard yet. */
  deliver(): void {
    for (const data of this.#data.values()) for (const follower of data.followers) replay(data, follower);
  }

  async call<T>(operation: string, work: () => T): Promise<T> {
    this.calls.push(operation);
    if (this.fault === 'refused') throw new Error('refused');
    if (this.fault === 'silent') await new Promise(() => {});
    await this.gate;
    return work();
  }

  #dataOf({ name, version }: StoreContext): Data {
    const id = JSON.stringify([name, version]);
    const data = this.#data.get(id) ?? { rows: new Map(), records: [], followers: new Set(), cutOff: new Set() };
    this.#data.set(id, data);
    return data;
  }
}

function replay({ records }: Data, follower: LogFollower): void {
  for (const [position, names] of records) follower.apply(position, names);
  follower.caughtUp(0, records.at(-1)?.[0] ?? 0);
}

const TOMBSTONE_TIME = 60_000;

class Client extends OneByOne implements Store {
  readonly capabilities = { atomic: true, shared: true, persistent: false };
  readonly log: LogSource;
  readonly #server: SharedMemory;
  readonly #data: Data;
  readonly #context: StoreContext;

  constructor(server: SharedMemory, data: Data, context: StoreContext) {
    super();
    this.#server = server;
    this.#data = data;
    this.#context = context;
    this.log = {
      append: (names) =>
        server.call('append', () => {
          const position = (data.records.at(-1)?.[0] ?? 0) + 1;
          data.records.push([position, names]);
          if (server.lagging) return position;
          for (const follower of data.followers) if (!data.cutOff.has(follower)) follower.apply(position, names);
          return position;
        }),
      follow(follower) {
        data.followers.add(follower);
        replay(data, follower);
      },
    };
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#server.call('get', () => this.#read(key));
  }

  set(key: string, entry: Entry): Promise<void> {
    return this.#server.call('set', () => this.#write(key, entry));
  }

  delete(key: string): Promise<boolean> {
    return this.#server.call('delete', () => {
      const found = this.#read(key);
      this.#bury(key);
      return found !== undefined && found.deleteAt > this.#context.clock.now();
    });
  }

  swap(key: string, expected: Entry | undefined, next: Entry | undefined): Promise<boolean> {
    return this.#server.call('swap', () => {
      const there = this.#read(key);
      if (there !== undefined && there.token !== expected?.token) return false;
      if (next === undefined) this.#bury(key);
      else this.#write(key, next);
      return true;
    });
  }

  async *keys(prefix: string): AsyncGenerator<string> {
    const keys = await this.#server.call('keys', () => [...this.#data.rows.keys()]);
    for (const key of keys) if (key.startsWith(prefix)) yield key;
  }

  clear(): Promise<void> {
    return this.#server.call('clear', () => this.#data.rows.clear());
  }

  #read(key: string): Entry | undefined {
    const row = this.#data.rows.get(key);
    if (row === undefined || row.goneAt <= this.#context.clock.now()) return undefined;
    return decodeEntry(key, row.bytes, structuredCloneCodec);
  }

  #write(key: string, entry: Entry): void {
    const bytes = encodeEntry(key, entry, structuredCloneCodec, randomBytes(8));
    const goneAt = Math.max(entry.deleteAt, this.#context.clock.now() + TOMBSTONE_TIME);
    this.#data.rows.set(key, { bytes, goneAt });
  }

  #bury(key: string): void {
    const entry = { value: null, storedAt: 0, staleAt: 0, revalidateUntil: 0, errorUntil: 0, deleteAt: 0, limitAt: 0 };
    this.#write(key, { ...entry, tags: [], position: 0, copyOnRead: false, token: undefined, checkedAt: -1 });
  }
}
