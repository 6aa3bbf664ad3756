import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Outlet } from './outlet.ts';

/** Makes a `Response` of what is written, as soon as its head is complete. */
export class ResponseOutlet extends EventEmitter implements Outlet {
  statusCode = 200;
  statusMessage = '';
  headersSent = false;
  destroyed = false;
  writableEnded = false;
  /** `undefined` if the response is none that a `Response` could be; then it has been written to Node's. */
  readonly response: Promise<Response | undefined>;
  readonly #node: ServerResponse;
  readonly #isHead: boolean;
  readonly #fields = new Map<string, [name: string, lines: readonly string[]]>();
  #settle: (response: Response | undefined) => void = () => {};
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #direct: ServerResponse | undefined;

  /** @param node the response of Node that the client is waiting for */
  constructor(node: ServerResponse, isHead: boolean) {
    super();
    this.#node = node;
    this.#isHead = isHead;
    this.response = new Promise((resolve) => {
      this.#settle = resolve;
    });
    node.once('close', () => {
      if (!this.headersSent) this.emit('close');
    });
  }

  getHeader(name: string): readonly string[] | undefined {
    return this.#fields.get(name.toLowerCase())?.[1];
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#fields.set(name.toLowerCase(), [name, typeof value === 'string' ? [value] : value]);
  }

  removeHeader(name: string): void {
    this.#fields.delete(name.toLowerCase());
  }

  flushHeaders(): void {
    if (this.headersSent) return;
    if (this.statusCode > 599) this.#begin();
    else this.#settle(this.#toResponse());
    this.headersSent = true;
  }

  write(chunk: Uint8Array): boolean {
    this.flushHeaders();
    if (this.#direct !== undefined) return this.#direct.write(chunk);
    // undici gives empty pieces of a body that it was told to go on with; a stream would ask for the next at once, and for ever.
    if (this.destroyed || this.#controller === undefined || chunk.byteLength === 0) return true;
    this.#controller.enqueue(chunk);
    return (this.#controller.desiredSize ?? 0) > 0;
  }

  end(chunk?: string): void {
    if (chunk !== undefined) this.write(Buffer.from(chunk));
    this.flushHeaders();
    this.writableEnded = true;
    if (this.#direct !== undefined) this.#direct.end();
    else if (!this.destroyed) this.#controller?.close();
  }

  destroy(): void {
    // Whoever did not want the body has something else for the client.
    if (this.destroyed) return;
    this.destroyed = true;
    const controller = this.#controller;
    // The client first: what makes the connection of a stream would report its failure as its own.
    const fail = (): void => controller?.error(new Error('The response was cut off.'));
    if (this.#node.closed) fail();
    else this.#node.once('close', fail).destroy();
  }

  writeProcessing(): void {
    if (!this.#node.headersSent) this.#node.writeProcessing();
  }

  writeEarlyHints(hints: Record<string, string | string[]>): void {
    if (!this.#node.headersSent) this.#node.writeEarlyHints(hints);
  }

  #toResponse(): Response {
    const headers = new Headers();
    for (const [name, lines] of this.#fields.values()) for (const line of lines) headers.append(name, line);
    const hasBody = !this.#isHead && ![204, 205, 304].includes(this.statusCode);
    const head = { status: this.statusCode, statusText: this.statusMessage, headers };
    return new Response(hasBody ? this.#body() : null, head);
  }

  #body(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      start: (controller: ReadableStreamDefaultController<Uint8Array>) => {
        this.#controller = controller;
      },
      pull: () => {
        this.emit('drain');
      },
      cancel: () => {
        this.destroyed = true;
        this.emit('close');
      },
    });
  }

  /** A `Response` has a status from 200 to 599. */
  #begin(): void {
    const node = this.#node;
    for (const [name, lines] of this.#fields.values()) node.setHeader(name, [...lines]);
    node.writeHead(this.statusCode, this.statusMessage);
    node.on('drain', () => this.emit('drain'));
    this.#direct = node;
    this.#settle(undefined);
  }
}
