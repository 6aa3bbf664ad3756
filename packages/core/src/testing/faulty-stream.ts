import type { Socket } from 'node:net';

/** What a fault proxy does with what passes through it; one at a time, for connections that are there and those to come. */
export type Fault =
  /** Everything passes. */
  | { readonly kind: 'none' }
  /** Each piece arrives this many milliseconds later, in each direction. */
  | { readonly kind: 'latency'; readonly milliseconds: number }
  /** Each piece arrives in pieces of this many bytes. */
  | { readonly kind: 'slice'; readonly bytes: number }
  /** After this many more bytes in each direction of a connection nothing arrives; it does when the fault is over. */
  | { readonly kind: 'freeze'; readonly afterBytes: number }
  /** Connections are accepted, and all that is sent is lost: a half-open connection. */
  | { readonly kind: 'blackhole' };

/** One direction of a connection through a fault proxy. */
export class FaultyStream {
  readonly #to: Socket;
  /** Pieces in their order that have not been delivered, with the instant from which each may be. */
  readonly #held: { readonly bytes: Buffer; readonly notBefore: number }[] = [];
  #fault: Fault;
  /** Bytes that may still pass before everything freezes. */
  #allowance = Infinity;
  #turn: NodeJS.Timeout | undefined;
  #lost = false;
  #ended = false;

  constructor(from: Socket, to: Socket, fault: Fault) {
    this.#to = to;
    this.#fault = fault;
    this.apply(fault);
    from.on('data', (bytes) => this.#take(bytes));
    from.on('end', () => {
      this.#ended = true;
      this.#deliver();
    });
    from.on('error', () => to.destroy());
    from.once('close', () => {
      clearTimeout(this.#turn);
      if (!this.#ended) to.destroy();
    });
  }

  apply(fault: Fault): void {
    this.#fault = fault;
    this.#allowance = fault.kind === 'freeze' ? fault.afterBytes : Infinity;
    // Bytes of a protocol are missing from now on: what comes later would not be understood.
    if (fault.kind === 'blackhole') this.#lost = true;
    this.#deliver();
  }

  #take(bytes: Buffer): void {
    if (this.#lost) return;
    const delay = this.#fault.kind === 'latency' ? this.#fault.milliseconds : 0;
    const size = this.#fault.kind === 'slice' ? this.#fault.bytes : bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      this.#held.push({ bytes: bytes.subarray(at, at + size), notBefore: performance.now() + delay });
    }
    this.#deliver();
  }

  #deliver(): void {
    clearTimeout(this.#turn);
    this.#turn = undefined;
    while (!this.#lost && this.#allowance > 0) {
      const next = this.#held.shift();
      if (next === undefined) break;
      const wait = next.notBefore - performance.now();
      if (wait > 0 || next.bytes.length > this.#allowance) {
        const rest = wait > 0 ? next.bytes : next.bytes.subarray(this.#allowance);
        this.#held.unshift({ bytes: rest, notBefore: next.notBefore });
        if (wait > 0) return this.#later(wait);
      }
      const passing = next.bytes.subarray(0, this.#allowance);
      this.#allowance -= passing.length;
      if (!this.#to.destroyed) this.#to.write(passing);
      if (this.#fault.kind === 'slice') return this.#later(0);
    }
    if (this.#ended && this.#held.length === 0) this.#to.end();
  }

  #later(milliseconds: number): void {
    this.#turn = setTimeout(() => this.#deliver(), milliseconds);
  }
}
