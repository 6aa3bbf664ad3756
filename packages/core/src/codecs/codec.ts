/**
 * Turns values into bytes and back. Only data ever comes back, never code.
 */
export interface Codec {
  /** Written into each envelope, so that bytes of another codec are a miss and not another value: 1 to 8 characters. */
  readonly name: string;
  /** @param key the key the value is stored under, for codecs that bind values to it. @throws for a value that it cannot represent */
  encode(value: unknown, key: string): Uint8Array;
  /** @throws for bytes that it did not write, or not under this key */
  decode(bytes: Uint8Array, key: string): unknown;
  /**
   * Whether a value that comes as a stream of bytes may be kept as those bytes, past this codec. Not for a codec that hides, proves or
   * limits what is kept: such a value goes through it as one `Uint8Array` then. Default: false.
   */
  readonly passesStreams?: boolean;
}
