import type { Test, TestRequest } from '../suite/model.ts';
import { resolveField } from '../suite/resolve-field.ts';
import type { ClientRequest, ClientResponse } from './send.ts';

/** Where a request of a test stands. */
export interface Position {
  /** From 1. */
  readonly number: number;
  /** The URL of the test, through the cache. */
  readonly url: string;
  /** The response to the request before. */
  readonly previous: ClientResponse | undefined;
}

/** Fields that the `fetch` of the public engine sends with every request, and that tests are written against. */
const ALWAYS: readonly (readonly [name: string, value: string])[] = [
  ['Accept', '*/*'],
  ['Accept-Language', '*'],
  ['User-Agent', 'node'],
  ['Pragma', 'foo'],
  ['Cache-Control', 'nothing-to-see-here'],
];

/** Those of them that a test's own field replaces; the others it joins. */
const REPLACED: ReadonlySet<string> = new Set(['accept', 'accept-language', 'user-agent']);

/** The request that a test describes. */
export function compose(test: Test, request: TestRequest, { number, url, previous }: Position): ClientRequest {
  const reference = { now: Number.parseInt(previous?.fields.get('Server-Now') ?? '', 10), url: '' };
  const own = (request.request_headers ?? []).map(([name, value]): [string, string] => {
    const relative = request.magic_ims === true && name.toLowerCase() === 'if-modified-since';
    return [name, relative ? resolveField(name, value, request, reference) : String(value)];
  });
  const said = new Set(own.map(([name]) => name.toLowerCase()));
  const always = ALWAYS.filter(([name]) => !(REPLACED.has(name.toLowerCase()) && said.has(name.toLowerCase())));
  const body = request.request_body;
  const typed =
    body === undefined || said.has('content-type') ? [] : [['Content-Type', 'text/plain;charset=UTF-8'] as const];
  return {
    method: request.request_method ?? 'GET',
    url: urlOf(url, request),
    fields: joined([
      ...always,
      ...own,
      ...typed,
      ['Test-Name', printable(test.name)],
      ['Test-ID', test.id],
      ['Req-Num', String(number)],
    ]),
    body,
  };
}

function urlOf(url: string, { filename, query_arg: query }: TestRequest): string {
  return url + (filename === undefined ? '' : `/${filename}`) + (query === undefined ? '' : `?${query}`);
}

/** Several fields of one name become one line, as `fetch` does it. */
function joined(fields: readonly (readonly [string, string])[]): [string, string][] {
  const lines = new Map<string, [name: string, value: string]>();
  for (const [name, value] of fields) {
    const line = lines.get(name.toLowerCase());
    if (line === undefined) lines.set(name.toLowerCase(), [name, value]);
    else line[1] += `, ${value}`;
  }
  return [...lines.values()];
}

function printable(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, '?');
}
