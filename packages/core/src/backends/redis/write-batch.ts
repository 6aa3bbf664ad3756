import { isCluster, type RedisClient } from './client.ts';

/** The part of a socket that is used here. */
interface Corkable {
  cork(): void;
  uncork(): void;
}

/**
 * Lets the commands of one turn of the event loop go to the server in one system call. ioredis writes each on its own, and
 * with 50 callers that is the largest part of what a hit costs.
 */
export class WriteBatch {
  readonly #client: RedisClient;
  #held: Corkable[] = [];
  #isOpen = false;
  readonly #release = (): void => {
    const held = this.#held;
    this.#held = [];
    this.#isOpen = false;
    for (const stream of held) stream.uncork();
  };

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** Holds back what the client writes until what runs now, and all that is ready to run after it, has run. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const nodes = isCluster(this.#client) ? this.#client.nodes('master') : [this.#client];
    for (const { stream } of nodes as readonly { readonly stream?: Corkable }[]) {
      // Not there before the first connection.
      if (stream === undefined) continue;
      stream.cork();
      this.#held.push(stream);
    }
    process.nextTick(this.#release);
  }
}
