import { errors } from 'undici';

/** What a client is told when the origin gave no response. */
export interface FailureAnswer {
  readonly status: number;
  readonly text: string;
}

/** The status that says whose fault it was: 504 for an origin too slow, 502 for one that is not there or makes no sense. */
export function answerTo(error: unknown): FailureAnswer {
  if (error instanceof RequestTooLarge)
    return { status: 413, text: 'The request is larger than this gateway passes on.' };
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.ConnectTimeoutError) {
    return { status: 504, text: 'The origin did not answer in time.' };
  }
  if (error instanceof errors.InvalidArgumentError) return { status: 400, text: 'The request cannot be passed on.' };
  return { status: 502, text: 'The origin did not answer.' };
}

/** A body that turned out to be larger than the limit. */
export class RequestTooLarge extends Error {
  override name = 'RequestTooLarge';
}
