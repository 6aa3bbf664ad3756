import type { ClientResponse } from '../client/send.ts';
import type { TestRequest } from '../suite/model.ts';
import { type Check, type Failure, firstFailure, isSetup } from './checks.ts';
import { responseFieldChecks } from './response-fields.ts';

/** Judges what the client received for one request of a test. The token is the body the origin sends by default. */
export function judgeResponse(
  request: TestRequest,
  number: number,
  response: ClientResponse,
  token: string,
): Failure | undefined {
  return firstFailure([
    ...retryChecks(response),
    ...typeChecks(request, number, response),
    statusCheck(request, number, response),
    ...responseFieldChecks(request, number, response),
    ...interimChecks(request, number, response),
    ...bodyChecks(request, number, response, token),
  ]);
}

/** A client or cache that sends a request twice makes the origin's counts worthless. */
function retryChecks({ fields }: ClientResponse): Check[] {
  const numbers = fields.get('Request-Numbers')?.split(' ') ?? [];
  return [{ holds: new Set(numbers).size === numbers.length, isSetup: true, message: 'retry' }];
}

function typeChecks(request: TestRequest, number: number, { status, fields }: ClientResponse): Check[] {
  const setup = isSetup(request, 'expected_type');
  const count = Number.parseInt(fields.get('Server-Request-Count') ?? '', 10);
  if (request.expected_type === 'cached') {
    // A 304 need not have the fields of the stored response.
    const holds = count < number || (status === 304 && Number.isNaN(count));
    return [{ holds, isSetup: setup, message: `Response ${number} does not come from cache` }];
  }
  if (request.expected_type !== 'not_cached') return [];
  return [{ holds: count === number, isSetup: setup, message: `Response ${number} comes from cache` }];
}

function statusCheck(request: TestRequest, number: number, { status }: ClientResponse): Check {
  const { expected_status: expected, response_status: sent } = request;
  if (expected !== undefined) {
    const message = `Response ${number} status is ${status}, not ${expected}`;
    return { holds: expected === null || status === expected, isSetup: isSetup(request, 'expected_status'), message };
  }
  if (sent === undefined && status === 999) {
    const message = `Request ${number} should have been conditional, but it was not`;
    return { holds: false, isSetup: isSetup(request, 'expected_type'), message };
  }
  const usual = sent?.[0] ?? 200;
  return { holds: status === usual, isSetup: true, message: `Response ${number} status is ${status}, not ${usual}` };
}

function interimChecks(request: TestRequest, number: number, { interim }: ClientResponse): Check[] {
  const expected = request.expected_interim_responses;
  if (expected === undefined) return [];
  const setup = isSetup(request, 'expected_interim_responses');
  const received = interim.map(([status]) => status).join(', ') || 'none';
  const wanted = expected.map(([status]) => status).join(', ') || 'none';
  const message = `Response ${number} was preceded by ${received}, not by ${wanted}`;
  const statuses: Check = { holds: received === wanted, isSetup: setup, message };
  const fields = expected.flatMap(([status, lines = []], index) =>
    lines.map(([name, value]): Check => {
      const found = interim[index]?.[1]?.find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1];
      const text = `The ${status} before response ${number} has ${name} "${found}", not "${value}"`;
      return { holds: found === value, isSetup: setup, message: text };
    }),
  );
  return [statuses, ...fields];
}

function bodyChecks(request: TestRequest, number: number, { status, body }: ClientResponse, token: string): Check[] {
  if (request.check_body === false) return [];
  const equal = (expected: string, setup: boolean): Check[] => [
    { holds: body === expected, isSetup: setup, message: `Body ${number} is "${body}", not "${expected}"` },
  ];
  const { expected_response_text: text, response_body: sent, request_method: method } = request;
  if (text !== undefined) return text === null ? [] : equal(text, isSetup(request, 'expected_response_text'));
  if (typeof sent === 'string') return equal(sent, true);
  return status === 204 || status === 304 || method === 'HEAD' ? [] : equal(token, true);
}
