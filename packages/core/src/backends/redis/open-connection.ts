import { connectTo, isClient, type RedisClient, type RedisConnection, warnOfUnsafeSettings } from './client.ts';
import { Connection } from './connection.ts';
import type { Script, ScriptArgument } from './scripts.ts';
import { CacheError } from '../../errors.ts';

/** A connection whose failures are errors of this library: there is nothing to fall back on. */
export class OpenConnection {
  readonly #connection: Connection;
  readonly #own: RedisClient | undefined;
  #closed = false;

  /** @throws CacheError `ERR_CACHE_OPTION` */
  constructor(client: RedisClient | RedisConnection, timeout: number) {
    const given = isClient(client) ? client : undefined;
    this.#own = given === undefined ? connectTo(client as RedisConnection, timeout) : undefined;
    // Failures show in each call; without a listener ioredis would print them.
    this.#own?.on('error', () => {});
    if (given !== undefined) warnOfUnsafeSettings(given);
    this.#connection = new Connection(given ?? (this.#own as RedisClient), timeout);
  }

  run<T>(send: (client: RedisClient) => Promise<T>): Promise<T> {
    return this.#answer(() => this.#connection.run(send));
  }

  /** What the script answers after its outcome and the time. */
  write(
    script: Script,
    keys: string | readonly [first: string, ...others: string[]],
    parameters: readonly ScriptArgument[] = [],
  ): Promise<unknown[]> {
    return this.#answer(async () => (await this.#connection.write(script, keys, parameters)).slice(2));
  }

  close(): void {
    this.#closed = true;
    this.#connection.close();
    this.#own?.disconnect();
  }

  async #answer<T>(send: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new CacheError('ERR_CACHE_CLOSED', 'The connection to Redis was closed.');
    try {
      return await send();
    } catch (cause) {
      if (cause instanceof CacheError) throw cause;
      throw Object.assign(new CacheError('ERR_CACHE_BACKEND', `The Redis server refused: ${String(cause)}.`), {
        cause,
      });
    }
  }
}
