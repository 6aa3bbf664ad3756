import type { MaybePromise } from '../backends/backend.ts';
import type { Entry } from '../entry.ts';
import type { Space } from '../space.ts';
import type { Encoding } from './encoding.ts';
import { chooseEncoding, encodedResponse, isEncodable } from './encodings.ts';
import type { StoredResponse } from './records.ts';
import type { HttpRequest } from './request.ts';

/** Makes the coded form of a body. */
export type Encode = (body: Uint8Array, coding: Encoding) => Promise<Uint8Array>;

/**
 * Gives clients stored responses in the coding that they like best. Each coded form is made once, when it is first asked
 * for, and kept with the response, so that it goes when the response goes.
 */
export class ResponseEncoder {
  readonly #space: Space;
  readonly #offered: readonly Encoding[];
  readonly #encode: Encode;
  /** Coded responses in this process, and those being made. */
  readonly #made = new WeakMap<StoredResponse, Map<Encoding, MaybePromise<StoredResponse>>>();

  constructor(space: Space, offered: readonly Encoding[], encode: Encode) {
    this.#space = space;
    this.#offered = offered;
    this.#encode = encode;
  }

  /**
   * The response as this request gets it: as it is, if the client or the response wants no coding, or if it failed.
   *
   * @param id where the response is kept
   */
  forRequest(request: HttpRequest, entry: Entry<StoredResponse>, id: string): MaybePromise<StoredResponse> {
    const response = entry.value;
    const coding = chooseEncoding(request.header('accept-encoding'), this.#offered);
    if (coding === 'identity' || request.header('range') !== undefined || !isEncodable(response)) return response;
    const made = this.#made.get(response) ?? new Map<Encoding, MaybePromise<StoredResponse>>();
    this.#made.set(response, made);
    let coded = made.get(coding);
    if (coded === undefined) {
      coded = this.#codedForm(entry, coding, id);
      made.set(coding, coded);
      if (coded instanceof Promise) void coded.then((done) => made.set(coding, done));
    }
    return coded;
  }

  #codedForm(entry: Entry<StoredResponse>, coding: Encoding, id: string): MaybePromise<StoredResponse> {
    const response = entry.value;
    const kept = response.encoded?.[coding];
    return kept === undefined ? this.#make(entry, coding, id) : encodedResponse(response, coding, kept);
  }

  async #make(entry: Entry<StoredResponse>, coding: Encoding, id: string): Promise<StoredResponse> {
    const response = entry.value;
    try {
      const body = await this.#encode(response.body, coding);
      const coded = encodedResponse(response, coding, body);
      const value: StoredResponse = { ...response, encoded: { ...response.encoded, [coding]: body } };
      this.#made.set(value, new Map([...(this.#made.get(response) ?? []), [coding, coded]]));
      // Not awaited: nobody has to wait until it is kept. If the response was replaced meanwhile it is not.
      void this.#space.fill(id, entry, { ...entry, value }, entry.storedAt);
      return coded;
    } catch (error) {
      this.#space.report(`encode ${coding}`, error);
      return response;
    }
  }
}
