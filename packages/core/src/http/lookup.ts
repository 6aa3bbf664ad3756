import { type CacheStatus, statusParameters } from './cache-status.ts';
import type { Fill } from './fill.ts';
import type { HeaderList } from './headers.ts';
import type { HoledPass } from './holed-pass.ts';
import type { StoredResponse } from './records.ts';

/** What is to be done with a request. `status` is this cache's member of `Cache-Status`, without the name. */
export type Lookup =
  /**
   * Run the handler and let the response pass. `personal`: unless it says otherwise, it is for one user only. `onHead` is
   * to be called with what the handler answers. If there is a `pass`, the handler may leave holes: run it into that.
   */
  | {
      readonly kind: 'bypass';
      readonly status: string;
      readonly personal: boolean;
      readonly onHead: ((status: number, headers: HeaderList) => void) | undefined;
      readonly pass: HoledPass | undefined;
    }
  /**
   * Answer with a stored response of this age in milliseconds, its holes filled by `fillHoles`; then, if there is a `refresh`, run the handler
   * into it.
   */
  | {
      readonly kind: 'hit';
      readonly status: string;
      readonly response: StoredResponse;
      readonly age: number;
      readonly refresh: Fill | undefined;
      /** Where the response is kept, if this is a plain hit. */
      readonly kept: Kept | undefined;
    }
  /** Run the handler and push what it answers into the fill. */
  | { readonly kind: 'miss'; readonly fill: Fill }
  /** Answer with 504: the client wants nothing that is not stored (`only-if-cached`). */
  | { readonly kind: 'unavailable'; readonly status: string };

/** A stored response as it is kept; what is answered may be a coded form of it. */
export interface Kept {
  readonly id: string;
  readonly response: StoredResponse;
}

/** The answer to a client that wants nothing that is not stored. */
export function unavailable(fwd: NonNullable<CacheStatus['fwd']>): Lookup {
  return { kind: 'unavailable', status: statusParameters({ fwd, detail: 'only-if-cached' }) };
}
