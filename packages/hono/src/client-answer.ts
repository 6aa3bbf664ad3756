import type { OutgoingFacts } from './facts.ts';

/**
 * The answer to the client, and when it is out: only then may the handlers below the cache run again on the same context,
 * because middleware above the cache still reads and changes what the context has.
 */
export class ClientAnswer {
  /** Resolves when nobody has anything to do with the answer any more. */
  readonly out: Promise<void>;
  readonly #onNode: boolean;
  #settle: () => void = () => {};

  constructor(outgoing: OutgoingFacts | undefined) {
    this.#onNode = outgoing !== undefined;
    this.out = new Promise((resolve) => {
      this.#settle = resolve;
      if (outgoing?.closed === true) resolve();
      else outgoing?.once('close', () => resolve());
    });
  }

  /** The answer as it is to go out. Where Node's response does not tell, the end of the body does. */
  watch(response: Response): Response {
    if (this.#onNode) return response;
    // What is still to be done in this turn is done first.
    const isOut = (): void => void setTimeout(this.#settle, 0);
    if (response.body === null) {
      isOut();
      return response;
    }
    const pieces = (response.body as ReadableStream<Uint8Array>).getReader();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const piece = await pieces.read();
        if (!piece.done) return controller.enqueue(piece.value);
        controller.close();
        isOut();
      },
      async cancel(reason) {
        isOut();
        await pieces.cancel(reason);
      },
    });
    const { status, headers } = response;
    return new Response(body, { status, headers });
  }
}
