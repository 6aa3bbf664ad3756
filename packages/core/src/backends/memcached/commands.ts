import type { Memcache, MemcacheNode } from 'memcache';
import { systemClock } from '../../clock.ts';
import { CacheError } from '../../errors.ts';
import { CircuitBreaker } from '../circuit-breaker.ts';

/** Commands that may wait for their answers on one connection. */
const MAX_WAITING = 10_000;
/** Keys of one `get`. */
const MAX_KEYS = 100;

/** An item with what `cas` needs to replace exactly it. */
export interface Versioned {
  /** `undefined`: there is no such item. */
  readonly cas: string | undefined;
  readonly text: string | undefined;
}

/** What became of a write. */
export type Stored = 'stored' | 'changed' | 'absent';

/**
 * The commands that this backend needs, each with a deadline. They go to the connections of the client rather than through its own methods, because
 * those answer a failure like a miss and do not give the versions that `cas` needs. A connection on which a command was given up on is
 * closed, so that nothing which still waits in this process is sent later.
 */
export class Commands {
  readonly #client: Memcache;
  readonly #timeout: number;
  readonly #connecting = new WeakMap<MemcacheNode, Promise<void>>();
  readonly #breakers = new WeakMap<MemcacheNode, CircuitBreaker>();
  #closed = false;

  /** @param timeout of each command, in milliseconds */
  constructor(client: Memcache, timeout: number) {
    this.#client = client;
    this.#timeout = timeout;
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.getMany([key])).get(key);
  }

  /** The items that are there, by key. */
  async getMany(keys: readonly string[]): Promise<Map<string, string>> {
    const byNode = new Map<MemcacheNode, string[]>();
    for (const key of new Set(keys)) {
      const node = this.#nodeOf(key);
      byNode.set(node, [...(byNode.get(node) ?? []), key]);
    }
    const parts = [...byNode].flatMap(([node, all]) => chunks(all).map((part) => [node, part] as const));
    const found = new Map<string, string>();
    const reading = parts.map(async ([node, part]) => {
      const options = { isMultiline: true, requestedKeys: part };
      const answer = (await this.#run(node, `get ${part.join(' ')}`, options)) as GetAnswer | undefined;
      for (const [index, key] of answer?.foundKeys?.entries() ?? []) found.set(key, answer?.values?.[index] ?? '');
    });
    await Promise.all(reading);
    return found;
  }

  /** The item and its version. A change in between shows in the version being the older one. */
  async getVersioned(key: string): Promise<Versioned> {
    const node = this.#nodeOf(key);
    const [version, text] = await Promise.all([this.#run(node, `mg ${key} c`), this.get(key)]);
    const cas = /^HD c(\d+)/.exec(String(version))?.[1];
    return { cas, text };
  }

  /** @param seconds as memcached takes them; 0 for ever */
  async set(key: string, text: string, seconds: number): Promise<void> {
    const answer = await this.#run(this.#nodeOf(key), storing('set', key, text, seconds));
    if (answer !== 'STORED') throw unexpected('set', answer);
  }

  /** Writes if the item is still at the version given; where there was none, if there still is none. */
  async replace(key: string, text: string, seconds: number, { cas }: Versioned): Promise<Stored> {
    const command = cas === undefined ? storing('add', key, text, seconds) : storing('cas', key, text, seconds, cas);
    const answer = await this.#run(this.#nodeOf(key), command);
    if (answer === 'STORED') return 'stored';
    if (answer === 'EXISTS' || answer === false) return 'changed';
    if (answer === 'NOT_FOUND') return 'absent';
    throw unexpected('cas', answer);
  }

  close(): void {
    this.#closed = true;
  }

  #nodeOf(key: string): MemcacheNode {
    const [node] = this.#client.hash.getNodesByKey(key);
    if (node === undefined) throw failure('has no server');
    return node;
  }

  async #run(node: MemcacheNode, command: string, options?: Parameters<MemcacheNode['command']>[1]): Promise<unknown> {
    if (this.#closed) throw failure('was closed');
    if (node.commandQueue.length >= MAX_WAITING) throw failure(`has ${MAX_WAITING} commands waiting`);
    const breaker = this.#breakerOf(node);
    if (!breaker.admits(performance.now()))
      throw failure('is left alone for a second, because it failed again and again');
    try {
      const answer = await this.#limited(node, (isOver) => this.#send(node, command, options, isOver));
      breaker.succeeded();
      return answer;
    } catch (error) {
      // The server works and says what it does not like.
      if (/^(CLIENT|SERVER)_ERROR/.test(messageOf(error))) breaker.succeeded();
      else breaker.failed(performance.now());
      throw error;
    }
  }

  async #send(
    node: MemcacheNode,
    command: string,
    options: Parameters<MemcacheNode['command']>[1],
    isOver: () => boolean,
  ): Promise<unknown> {
    if (!node.isConnected()) await this.#connect(node);
    if (isOver()) throw failure('was connected too late');
    return node.command(command, options) as Promise<unknown>;
  }

  #limited<T>(node: MemcacheNode, work: (isOver: () => boolean) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let over = false;
      const cancel = systemClock.after(this.#timeout, () => {
        over = true;
        reject(failure(`did not answer within ${this.#timeout} ms`));
        void node.disconnect();
      });
      work(() => over)
        .finally(cancel)
        .then(resolve, reject);
    });
  }

  /** Connects anew, once for all who wait: `reconnect` forgets what a broken connection left behind. */
  #connect(node: MemcacheNode): Promise<void> {
    const connecting = this.#connecting.get(node) ?? node.reconnect();
    this.#connecting.set(node, connecting);
    const forget = (): void => void this.#connecting.delete(node);
    connecting.then(forget, forget);
    return connecting;
  }

  #breakerOf(node: MemcacheNode): CircuitBreaker {
    const breaker = this.#breakers.get(node) ?? new CircuitBreaker({ failures: 5, pause: 1_000 });
    this.#breakers.set(node, breaker);
    return breaker;
  }
}

/** What the client answers to a `get` of several keys. */
interface GetAnswer {
  readonly values?: readonly string[];
  readonly foundKeys?: readonly string[];
}

/** Whether the server refused an item because of its size. */
export function isTooLarge(error: unknown): boolean {
  return /^SERVER_ERROR.*(too large|out of memory)/.test(messageOf(error));
}

function storing(verb: string, key: string, text: string, seconds: number, cas = ''): string {
  const end = cas === '' ? '' : ` ${cas}`;
  return `${verb} ${key} 0 ${seconds} ${Buffer.byteLength(text)}${end}\r\n${text}`;
}

function chunks(keys: readonly string[]): string[][] {
  const count = Math.ceil(keys.length / MAX_KEYS);
  return Array.from({ length: count }, (_, index) => keys.slice(index * MAX_KEYS, (index + 1) * MAX_KEYS));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

function unexpected(verb: string, answer: unknown): CacheError {
  return failure(`answered ${JSON.stringify(answer)} to ${verb}`);
}

function failure(what: string): CacheError {
  return new CacheError('ERR_CACHE_BACKEND', `The memcached server ${what}.`);
}
