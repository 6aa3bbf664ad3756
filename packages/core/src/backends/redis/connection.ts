import { Command } from 'ioredis';
import { CacheError } from '../../errors.ts';
import { CircuitBreaker } from '../circuit-breaker.ts';
import { isCluster, type RedisClient } from './client.ts';
import { Deadlines } from './deadlines.ts';
import { evaluate, LATE, LOOK_AT_CLOCK, type Script, type ScriptArgument } from './scripts.ts';
import { ServerClock } from './server-clock.ts';
import { WriteBatch } from './write-batch.ts';

/**
 * Sends commands through a client, so that none waits longer than the timeout, none is queued while there is no
 * connection, and none is tried while the breaker is open.
 *
 * A write is a script that carries a deadline: the instant at which it is given up on, in the time of the server (see
 * `ServerClock`). The server looks at its own clock before it does anything, so a write that was delayed on its way does
 * nothing.
 */
export class Connection {
  readonly client: RedisClient;
  /** What ioredis puts before each key. */
  readonly keyPrefix: string;
  readonly #timeout: number;
  readonly #breaker = new CircuitBreaker({ failures: 5, pause: 1_000 });
  readonly #deadlines = new Deadlines();
  readonly #batch: WriteBatch;
  /** One server has one clock; in a Cluster each node has its own. */
  readonly #clocks = new Map<string, ServerClock>();
  readonly #closing: (() => void)[] = [];
  /** Pending until the first attempt to connect has ended, well or not. */
  #connecting: Promise<void> | undefined;

  constructor(client: RedisClient, timeout: number) {
    this.client = client;
    this.keyPrefix = client.options.keyPrefix ?? '';
    this.#timeout = timeout;
    this.#batch = new WriteBatch(client);
    // What comes after a lost connection may be another machine.
    this.#on('close', () => this.#clocks.clear());
    if (client.status !== 'ready' && client.status !== 'end') this.#connecting = this.#firstAttempt();
  }

  /** The instant, of `performance.now()`, at which a command begun now is given up on. */
  giveUpAt(): number {
    return performance.now() + this.#timeout;
  }

  /**
   * The answer to a command.
   *
   * @throws CacheError `ERR_CACHE_BACKEND` when there is none in time or no connection; errors of the server as they are
   */
  run<T>(send: (client: RedisClient) => Promise<T>, giveUpAt: number = this.giveUpAt()): Promise<T> {
    if (this.client.status === 'ready') return this.#attempt(send, giveUpAt);
    if (this.#connecting === undefined) return Promise.reject(noConnection());
    return this.#attempt(async (client) => {
      await this.#connecting;
      if (client.status !== 'ready') throw noConnection();
      return send(client);
    }, giveUpAt);
  }

  /** Runs a script that is refused from the instant at which it is given up on; several keys must be of one slot. */
  write(
    script: Script,
    key: string | readonly [first: string, ...others: string[]],
    parameters: readonly ScriptArgument[],
    giveUpAt: number = this.giveUpAt(),
  ): Promise<unknown[]> {
    const keys = typeof key === 'string' ? ([key] as const) : key;
    return this.run(async (client) => {
      const clock = this.#clockOf(keys[0]);
      if (clock.deadline(giveUpAt, performance.now()) === undefined) {
        await timed(clock, evaluate(client, LOOK_AT_CLOCK, keys, [0]));
      }
      const deadline = clock.deadline(giveUpAt, performance.now());
      if (deadline === undefined || performance.now() >= giveUpAt) throw timedOut(this.#timeout);
      const answer = await timed(clock, evaluate(client, script, keys, [deadline, ...parameters]));
      if (answer[0] === LATE) throw timedOut(this.#timeout);
      return answer;
    }, giveUpAt);
  }

  /** Indexes of the keys in groups that one command may name: all together, in a Cluster by slot. */
  groups(keys: readonly string[]): number[][] {
    if (!isCluster(this.client)) return [keys.map((_, index) => index)];
    const groups = new Map<number, number[]>();
    for (const [index, key] of keys.entries()) {
      const slot = this.#slotOf(key);
      const group = groups.get(slot);
      if (group === undefined) groups.set(slot, [index]);
      else group.push(index);
    }
    return [...groups.values()];
  }

  /** Forgets the client, without closing it. */
  close(): void {
    for (const stop of this.#closing) stop();
  }

  /** A command against the clock. Whatever the server answers, an error too, shows that it lives. */
  #attempt<T>(send: (client: RedisClient) => Promise<T>, giveUpAt: number): Promise<T> {
    if (!this.#breaker.admits(performance.now())) return Promise.reject(noConnection());
    return new Promise((resolve, reject) => {
      let givenUp = false;
      const expired = (): void => {
        givenUp = true;
        this.#breaker.failed(performance.now());
        reject(timedOut(this.#timeout));
      };
      const inTime = this.#deadlines.add({ at: giveUpAt, expired });
      this.#batch.open();
      send(this.client).then(
        (answer) => {
          inTime();
          this.#breaker.succeeded();
          resolve(answer);
        },
        (error: unknown) => {
          inTime();
          if (isAnswer(error)) this.#breaker.succeeded();
          else if (!givenUp) this.#breaker.failed(performance.now());
          reject(error as Error);
        },
      );
    });
  }

  #firstAttempt(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      for (const event of ['ready', 'close', 'end']) this.#on(event, () => resolve());
    });
    if (this.client.status === 'wait') this.client.connect().catch(() => {});
    return ended.then(() => {
      this.#connecting = undefined;
    });
  }

  #clockOf(key: string): ServerClock {
    const node = isCluster(this.client) ? (this.client.slots[this.#slotOf(key)]?.[0] ?? '') : '';
    const clock = this.#clocks.get(node) ?? new ServerClock();
    this.#clocks.set(node, clock);
    return clock;
  }

  #slotOf(key: string): number {
    return new Command('get', [this.keyPrefix + key]).getSlot();
  }

  #on(event: string, listener: () => void): void {
    this.client.on(event, listener);
    this.#closing.push(() => this.client.off(event, listener));
  }
}

async function timed(clock: ServerClock, answering: Promise<unknown[]>): Promise<unknown[]> {
  const sent = performance.now();
  const answer = await answering;
  if (typeof answer[1] === 'number') clock.learn(sent, performance.now(), answer[1]);
  return answer;
}

/** Whether the server answered at all. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Whether a command failed because something other than text is under the key: it is not an entry. */
export function isForeign(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('WRONGTYPE');
}

function noConnection(): CacheError {
  return new CacheError('ERR_CACHE_BACKEND', 'There is no connection to the Redis server.');
}

function timedOut(timeout: number): CacheError {
  return new CacheError('ERR_CACHE_BACKEND', `The Redis server did not answer within ${timeout} ms.`);
}
