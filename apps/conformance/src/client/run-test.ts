import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../judge/checks.ts';
import { judgeRequests } from '../judge/requests.ts';
import { judgeResponse } from '../judge/response.ts';
import type { Origin } from '../origin/origin.ts';
import type { SeenRequest } from '../origin/script.ts';
import type { Test } from '../suite/model.ts';
import { compose } from './compose.ts';
import { type ClientRequest, type ClientResponse, send } from './send.ts';

/** What happened in a test, on both sides of the cache. */
export interface Outcome {
  readonly id: string;
  /** `undefined`: everything was as expected. */
  readonly failure: Failure | undefined;
  readonly exchanges: readonly { readonly request: ClientRequest; readonly response: ClientResponse | undefined }[];
  readonly seen: readonly SeenRequest[];
}

/** Where tests are run and how long they take. */
export interface Stage {
  readonly origin: Origin;
  /** The address of the cache under test, without a slash at the end. */
  readonly base: string;
  /** For a response, in milliseconds. */
  readonly patience: number;
  /** What `pause_after` means, in milliseconds. */
  readonly pause: number;
}

/** Plays one test: its requests one after the other, each judged when its response is there, then what the origin saw. */
export async function runTest(test: Test, { origin, base, patience, pause }: Stage): Promise<Outcome> {
  const token = randomUUID();
  const script = origin.stage(test, token);
  const exchanges: { request: ClientRequest; response: ClientResponse | undefined }[] = [];
  const outcome = (failure: Failure | undefined): Outcome => ({ id: test.id, failure, exchanges, seen: script.seen });
  const responses: ClientResponse[] = [];
  for (const [index, request] of test.requests.entries()) {
    const number = index + 1;
    const sent = compose(test, request, { number, url: `${base}/test/${token}`, previous: responses.at(-1) });
    const exchange: (typeof exchanges)[number] = { request: sent, response: undefined };
    exchanges.push(exchange);
    try {
      exchange.response = await send(sent, patience);
    } catch (error) {
      return outcome({ kind: 'error', message: `Request ${number} failed: ${messageOf(error)}` });
    }
    responses.push(exchange.response);
    const failure = judgeResponse(request, number, exchange.response, token);
    if (failure !== undefined) return outcome(failure);
    if (request.pause_after === true) await sleep(pause);
  }
  return outcome(judgeRequests(test.requests, responses, script.seen));
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? `${error.message} (${error.code})` : error.message;
}
