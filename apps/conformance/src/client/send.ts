import { request as startRequest } from 'node:http';
import type { InterimResponse } from '../suite/model.ts';

/** A request on its way to the cache under test. */
export interface ClientRequest {
  readonly method: string;
  readonly url: string;
  /** One line per name. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
}

/** What came back. */
export interface ClientResponse {
  readonly status: number;
  readonly phrase: string;
  readonly fields: ResponseFields;
  readonly body: string;
  readonly interim: readonly InterimResponse[];
}

/** The field lines of a response as they came. */
export class ResponseFields {
  readonly lines: readonly (readonly [name: string, value: string])[];

  constructor(raw: readonly string[]) {
    this.lines = pairsOf(raw);
  }

  /** The lines of a field joined with `, `, or `undefined` if there is none. */
  get(name: string): string | undefined {
    const lowerCase = name.toLowerCase();
    const values = this.lines.filter(([other]) => other.toLowerCase() === lowerCase).map(([, value]) => value);
    return values.length === 0 ? undefined : values.join(', ');
  }
}

/**
 * Sends a request on a connection of its own and waits for the whole response.
 *
 * @param patience how long, in milliseconds
 * @throws Error no or no whole response in time
 */
export function send(request: ClientRequest, patience: number): Promise<ClientResponse> {
  const { promise, resolve, reject } = withResolvers<ClientResponse>();
  const { body } = request;
  const fields =
    body === undefined ? request.fields : [...request.fields, ['Content-Length', String(Buffer.byteLength(body))]];
  const outgoing = startRequest(request.url, { method: request.method, agent: false });
  for (const [name = '', value = ''] of fields) outgoing.setHeader(name, value);
  const interim: InterimResponse[] = [];
  outgoing.on('information', ({ statusCode, rawHeaders }) => interim.push([statusCode, pairsOf(rawHeaders)]));
  let whole = (): boolean => false;
  outgoing.on('response', (incoming) => {
    whole = () => incoming.complete;
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () =>
      resolve({
        status: incoming.statusCode ?? 0,
        phrase: incoming.statusMessage ?? '',
        fields: new ResponseFields(incoming.rawHeaders),
        body: Buffer.concat(chunks).toString(),
        interim,
      }),
    );
    incoming.on('error', reject);
  });
  outgoing.on('error', (error) => {
    // Bytes beyond the Content-Length: the response is as long as it says.
    if (!whole()) reject(error);
  });
  const timer = setTimeout(
    () => outgoing.destroy(new Error(`no whole response within ${patience / 1000} s`)),
    patience,
  );
  outgoing.end(body);
  return promise.finally(() => {
    clearTimeout(timer);
    outgoing.destroy();
  });
}

function pairsOf(flat: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([flat[i] ?? '', flat[i + 1] ?? '']);
  return pairs;
}

function withResolvers<Value>(): {
  promise: Promise<Value>;
  resolve: (value: Value) => void;
  reject: (error: Error) => void;
} {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<Value>((settle, refuse) => {
    resolve = settle;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
