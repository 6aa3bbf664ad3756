import type { Field, InterimResponse, Test, TestRequest } from '../suite/model.ts';
import { resolveField } from '../suite/resolve-field.ts';

/** What the origin saw of a request, for the judge. */
export interface SeenRequest {
  /** Which request of the test the client was making: what it wrote into `Req-Num`. Not a number if it was lost. */
  readonly number: number;
  readonly method: string;
  /** Names in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  /** Fields of the answer that must reach the client. */
  readonly checkedFields: readonly (readonly [name: string, value: string])[];
}

/** What the origin is to answer. */
export interface ScriptedAnswer {
  readonly pause: number;
  readonly interim: readonly InterimResponse[];
  readonly disconnect: boolean;
  readonly status: number;
  readonly phrase: string;
  /** Names with one or several lines. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

interface ArrivedRequest {
  readonly method: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The origin's side of one test under way: answers by the test, and remembers what it was asked. */
export class Script {
  readonly seen: SeenRequest[] = [];
  readonly #requests: readonly TestRequest[];
  readonly #token: string;
  /** The fields last sent with each request of the test. */
  readonly #sent = new Map<number, ReadonlyMap<string, readonly string[]>>();

  constructor(test: Test, token: string) {
    this.#requests = test.requests;
    this.#token = token;
  }

  /** How long to wait before answering, in milliseconds; `undefined` if the test has no such request. */
  pauseFor(arrived: ArrivedRequest): number | undefined {
    const request = this.#requests[this.#numberOf(arrived) - 1];
    return request === undefined ? undefined : (request.response_pause ?? 0) * 1000;
  }

  answer(arrived: ArrivedRequest, now: number): Omit<ScriptedAnswer, 'pause'> {
    const number = this.#numberOf(arrived);
    const request = this.#requests[number - 1] ?? {};
    const [status, phrase] = this.#statusOf(request, number, arrived);
    const said = this.#numberSaid(arrived);
    const fields = new Map<string, readonly string[]>([
      ['Server-Base-Url', [arrived.url]],
      ['Server-Request-Count', [String(this.seen.length + 1)]],
      ['Client-Request-Count', [String(said)]],
      ['Server-Now', [String(now)]],
    ]);
    const checked = addFields(fields, request.response_headers ?? [], (name, value) =>
      resolveField(name, value, request, { now, url: arrived.url }),
    );
    if (!hasField(fields, 'content-type')) fields.set('Content-Type', ['text/plain']);
    this.#sent.set(number, fields);
    this.seen.push({ number: said, method: arrived.method, fields: arrived.fields, checkedFields: checked });
    fields.set('Request-Numbers', [this.seen.map((one) => one.number).join(' ')]);
    return {
      interim: request.interim_responses ?? [],
      disconnect: request.disconnect === true,
      status,
      phrase,
      fields,
      body: status === 204 || status === 304 ? '' : request.response_body || this.#token,
    };
  }

  #numberSaid({ fields }: ArrivedRequest): number {
    return Number.parseInt(fields['req-num'] ?? '', 10);
  }

  #numberOf(arrived: ArrivedRequest): number {
    return this.#numberSaid(arrived) || this.seen.length + 1;
  }

  /** A request that was to be a validation is answered with 304 if it is one, and with 999 if not. */
  #statusOf(request: TestRequest, number: number, { fields }: ArrivedRequest): readonly [number, string] {
    if (request.expected_type?.endsWith('_validated') !== true) return request.response_status ?? [200, 'OK'];
    const matches = (validator: string, condition: string): boolean => {
      const value = this.#validatorOf(number - 1, validator);
      return value !== undefined && value !== '' && fields[condition] === value;
    };
    const valid = matches('last-modified', 'if-modified-since') || matches('etag', 'if-none-match');
    return valid ? [304, 'Not Modified'] : [999, '304 Not Generated'];
  }

  /** What was sent with a request of the test, or would have been if it had not been answered from the cache. */
  #validatorOf(number: number, name: string): string | undefined {
    const sent = this.#sent.get(number);
    if (sent !== undefined) return lastLine(sent, name);
    const planned = this.#requests[number - 1]?.response_headers?.findLast(([other]) => other.toLowerCase() === name);
    return planned === undefined ? undefined : String(planned[1]);
  }
}

/** Adds the lines of a test and returns those that the client must receive, joined as far as they had come. */
function addFields(
  fields: Map<string, readonly string[]>,
  lines: readonly Field[],
  resolve: (name: string, value: string | number) => string,
): [name: string, value: string][] {
  const checked = new Map<string, string>();
  for (const [name, value, isChecked = true] of lines) {
    const known = [...fields.keys()].find((other) => other.toLowerCase() === name.toLowerCase()) ?? name;
    const all = [...(fields.get(known) ?? []), resolve(name, value)];
    fields.set(known, all);
    if (isChecked) checked.set(known, all.join(', '));
  }
  return [...checked];
}

function hasField(fields: ReadonlyMap<string, readonly string[]>, lowerCase: string): boolean {
  return [...fields.keys()].some((name) => name.toLowerCase() === lowerCase);
}

function lastLine(fields: ReadonlyMap<string, readonly string[]>, lowerCase: string): string | undefined {
  return [...fields].find(([name]) => name.toLowerCase() === lowerCase)?.[1].at(-1);
}
