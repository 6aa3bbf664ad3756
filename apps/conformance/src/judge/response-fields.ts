import type { ClientResponse, ResponseFields } from '../client/send.ts';
import type { FieldExpectation, FieldRefusal, TestRequest } from '../suite/model.ts';
import { resolveField } from '../suite/resolve-field.ts';
import { type Check, isSetup } from './checks.ts';

/** What the fields of a response must and must not be. */
export function responseFieldChecks(request: TestRequest, number: number, { fields }: ClientResponse): Check[] {
  const present = isSetup(request, 'expected_response_headers');
  const missing = isSetup(request, 'expected_response_headers_missing');
  return [
    ...(request.expected_response_headers ?? [])
      .flatMap((expectation) => expected(expectation, request, fields))
      .map((finding) => checkOf(finding, number, present)),
    ...(request.expected_response_headers_missing ?? [])
      .map((refusal) => refused(refusal, fields))
      .map((finding) => checkOf(finding, number, missing)),
  ];
}

type Finding = readonly [holds: boolean, text: string];

function checkOf([holds, text]: Finding, number: number, setup: boolean): Check {
  return { holds, isSetup: setup, message: `Response ${number} ${text}` };
}

function expected(expectation: FieldExpectation, request: TestRequest, fields: ResponseFields): Finding[] {
  if (typeof expectation === 'string') return [[fields.get(expectation) !== undefined, `has no ${expectation}`]];
  const [name] = expectation;
  const value = fields.get(name);
  if (expectation.length === 2) {
    const now = Number.parseInt(fields.get('Server-Now') ?? '', 10);
    const wanted = resolveField(name, expectation[1], request, { now, url: fields.get('Server-Base-Url') ?? '' });
    return [[value === wanted, `has ${name} "${value}", not "${wanted}"`]];
  }
  const [, relation, operand] = expectation;
  const there: Finding = [value !== undefined, `has no ${name}`];
  if (relation === '>') {
    const holds = Number.parseInt(value ?? '', 10) > Number(operand);
    return [there, [holds, `has ${name} "${value}", not more than ${operand}`]];
  }
  if (relation !== '=') throw new TypeError(`a field cannot be expected to be ${String(relation)} something`);
  const other = fields.get(String(operand));
  return [there, [value === other, `has ${name} "${value}", but ${operand} "${other}"`]];
}

function refused(refusal: FieldRefusal, fields: ResponseFields): Finding {
  const [name, text] = typeof refusal === 'string' ? [refusal, undefined] : refusal;
  const value = fields.get(name);
  const holds = value === undefined || (text !== undefined && !value.includes(text));
  return [holds, `has the unexpected ${name} "${value}"`];
}
