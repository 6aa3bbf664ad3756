import type { ClientResponse } from '../client/send.ts';
import type { SeenRequest } from '../origin/script.ts';
import type { FieldExpectation, FieldRefusal, TestRequest } from '../suite/model.ts';
import { type Check, type Failure, firstFailure, isSetup } from './checks.ts';

/** Node's own `Date` and the test's may differ by the second. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['date']);

/** Judges what the origin was asked, and whether its answers arrived as it sent them. */
export function judgeRequests(
  requests: readonly TestRequest[],
  responses: readonly ClientResponse[],
  seen: readonly SeenRequest[],
): Failure | undefined {
  const checks: Check[] = [];
  let position = 0;
  for (const [index, request] of requests.entries()) {
    // The origin does not see what a cache answers.
    if (request.expected_type === 'cached') continue;
    const arrived = seen[position++];
    checks.push(...requestChecks(request, index + 1, arrived), ...arrivalChecks(index + 1, arrived, responses[index]));
  }
  return firstFailure(checks);
}

function requestChecks(request: TestRequest, number: number, arrived: SeenRequest | undefined): Check[] {
  const { expected_type: type, expected_method: method } = request;
  const checks: Check[] = [];
  const add = (expectation: keyof TestRequest, holds: boolean, message: string): void => {
    checks.push({ holds, isSetup: isSetup(request, expectation), message });
  };
  if (type !== undefined) add('expected_type', arrived !== undefined, `Request ${number} did not reach the origin`);
  if (type === 'not_cached') {
    add(
      'expected_type',
      arrived?.number === number,
      `Response ${number} comes from cache (${arrived?.number} at the origin)`,
    );
  }
  const condition =
    type === 'etag_validated' ? 'if-none-match' : type === 'lm_validated' ? 'if-modified-since' : undefined;
  if (condition !== undefined) {
    add('expected_type', arrived?.fields[condition] !== undefined, `Request ${number} had no ${condition}`);
  }
  for (const expectation of request.expected_request_headers ?? []) {
    add('expected_request_headers', ...expectedField(expectation, number, arrived));
  }
  for (const refusal of request.expected_request_headers_missing ?? []) {
    add('expected_request_headers_missing', ...refusedField(refusal, number, arrived));
  }
  if (method !== undefined) {
    add(
      'expected_method',
      arrived?.method === method,
      `Request ${number} had method ${arrived?.method}, not ${method}`,
    );
  }
  return checks;
}

function expectedField(
  expectation: FieldExpectation,
  number: number,
  arrived: SeenRequest | undefined,
): [boolean, string] {
  const [name, wanted] = typeof expectation === 'string' ? [expectation, undefined] : expectation;
  const value = arrived?.fields[name.toLowerCase()];
  if (wanted === undefined) return [value !== undefined, `Request ${number} had no ${name}`];
  return [value === String(wanted), `Request ${number} had ${name} "${value}", not "${wanted}"`];
}

function refusedField(refusal: FieldRefusal, number: number, arrived: SeenRequest | undefined): [boolean, string] {
  const [name, text] = typeof refusal === 'string' ? [refusal, undefined] : refusal;
  const value = arrived?.fields[name.toLowerCase()];
  const holds = value === undefined || (text !== undefined && value !== text);
  return [holds, `Request ${number} had the unexpected ${name} "${value}"`];
}

/** Fields of the origin's answer that must have reached the client. */
function arrivalChecks(
  number: number,
  arrived: SeenRequest | undefined,
  response: ClientResponse | undefined,
): Check[] {
  const sent = arrived?.checkedFields ?? [];
  return sent
    .filter(([name]) => !NOT_COMPARED.has(name.toLowerCase()))
    .map(([name, value]) => {
      const received = response?.fields.get(name);
      const message = `Response ${number} has ${name} "${received}", not "${value}" as the origin sent it`;
      return { holds: received === value, isSetup: true, message };
    });
}
