const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** Finds where answers end in the bytes of a connection on which one request is under way at a time. */
export class AnswerReader {
  readonly #onAnswer: (status: number) => void;
  #head: Buffer | undefined;
  #status = 0;
  /** Bytes of the body still to come; infinite while the last chunk of a chunked body is awaited. */
  #missing = 0;

  constructor(onAnswer: (status: number) => void) {
    this.#onAnswer = onAnswer;
  }

  /** Takes the next bytes, which may hold a part of an answer but not the beginning of another. */
  push(bytes: Buffer): void {
    if (this.#missing > 0) {
      this.#takeBody(bytes);
      return;
    }
    const data = this.#head === undefined ? bytes : Buffer.concat([this.#head, bytes]);
    const end = data.indexOf(HEAD_END);
    if (end === -1) {
      // The buffer of a socket is used again for the next bytes.
      this.#head = Buffer.from(data);
      return;
    }
    this.#head = undefined;
    const head = data.toString('latin1', 0, end);
    this.#status = Number(head.slice(9, 12));
    this.#missing = bodyLength(this.#status, head);
    this.#takeBody(data.subarray(end + HEAD_END.length));
  }

  #takeBody(bytes: Buffer): void {
    if (this.#missing === Number.POSITIVE_INFINITY) {
      if (bytes.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)) this.#missing = 0;
    } else {
      this.#missing -= bytes.length;
    }
    if (this.#missing <= 0) {
      this.#missing = 0;
      this.#onAnswer(this.#status);
    }
  }
}

function bodyLength(status: number, head: string): number {
  if (status === 304 || status === 204) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return length === undefined ? Number.POSITIVE_INFINITY : Number(length);
}
