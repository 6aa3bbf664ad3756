import type { Fill } from '../../../src/http/fill.ts';
import type { HttpCache } from '../../../src/http/http-cache.ts';
import type { Lookup } from '../../../src/http/lookup.ts';
import type { ResponsePolicy } from '../../../src/http/policy.ts';
import type { StoredResponse } from '../../../src/http/records.ts';
import { representationFor } from '../../../src/http/representation.ts';
import type { HttpRequest } from '../../../src/http/request.ts';
import type { Cache, CacheOptions } from '../../../src/index.ts';
import type { FakeClock } from '../../../src/testing/index.ts';
import { flush } from '../../support/deferred.ts';
import { testCache } from '../../support/test-cache.ts';
import { engine, request } from './engine.ts';
import { bytes, text } from './stored.ts';

/** What a handler answers: a plain 200 with an empty body where it says nothing. */
export interface Page {
  readonly status?: number;
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Request fields that it looks at. */
  readonly read?: readonly string[];
}

/** What a client gets. */
export interface Got {
  readonly kind: Lookup['kind'];
  /** This cache's member of `Cache-Status`. */
  readonly said: string;
  readonly status: number;
  readonly body: string | undefined;
  readonly headers: readonly string[];
  /** Age in milliseconds of what was stored. */
  readonly age: number | undefined;
}

export type Handler = (seen: HttpRequest, run: number) => Page | Promise<Page>;

/** An application behind the engine, with an adapter that does what the engine says and nothing else. */
export class Site {
  readonly cache: Cache;
  readonly clock: FakeClock;
  readonly http: HttpCache;
  /** What the handler answers; changed by tests as they go. */
  handler: Handler;
  /** What the handler saw of each request. */
  readonly seen: HttpRequest[] = [];

  constructor(policy: ResponsePolicy, handler: Handler, options: Omit<CacheOptions, 'clock'> = {}) {
    const { cache, clock } = testCache(options);
    this.cache = cache;
    this.clock = clock;
    this.http = engine(cache, policy);
    this.handler = handler;
  }

  /** How often the handler ran. */
  get runs(): number {
    return this.seen.length;
  }

  /** The conditions and the range that the handler saw last. */
  get lastSeen(): Record<string, string> {
    const names = ['range', 'if-range', 'if-none-match', 'if-modified-since'];
    const found = names.map((name): [string, string | undefined] => [name, this.seen.at(-1)?.header(name)]);
    return Object.fromEntries(found.filter((pair): pair is [string, string] => pair[1] !== undefined));
  }

  async get(fields: Readonly<Record<string, string>> = {}, changes: Parameters<typeof request>[1] = {}): Promise<Got> {
    const asked = request(fields, changes);
    const lookup = await this.http.lookup(asked);
    const got = await this.#act(asked, lookup);
    await flush();
    return got;
  }

  async #act(asked: HttpRequest, lookup: Lookup): Promise<Got> {
    const { kind } = lookup;
    if (lookup.kind === 'miss') return { kind, ...(await this.#run(asked, lookup.fill)) };
    if (lookup.kind === 'unavailable') {
      return { kind, said: lookup.status, status: 504, body: '', headers: [], age: undefined };
    }
    if (lookup.kind === 'hit') {
      if (lookup.refresh !== undefined) void this.#run(asked, lookup.refresh);
      return { kind, ...represented(asked, lookup) };
    }
    const { status = 200, headers = [], body = '' } = await this.#handle(asked);
    lookup.onHead?.(status, headers);
    return { kind, said: lookup.status, status, body, headers, age: undefined };
  }

  async #run(asked: HttpRequest, fill: Fill): Promise<Omit<Got, 'kind'>> {
    const { fields } = fill;
    const header = (name: string): string | undefined => (fields.has(name) ? fields.get(name) : asked.header(name));
    const { status = 200, headers = [], body = '', read = [] } = await this.#handle({ ...asked, header });
    for (const name of read) fill.inputs.add(name);
    const verdict = fill.head(status, headers, { set: headers, removed: [] });
    if (verdict.kind === 'again') return this.#run(asked, verdict.fill);
    if (verdict.kind === 'answer') return represented(asked, verdict);
    fill.chunk(bytes(body));
    const last = fill.end();
    if (last?.kind === 'again') return this.#run(asked, last.fill);
    if (last?.kind === 'answer') return represented(asked, last);
    if (verdict.kind === 'hold') throw new Error('Nothing goes out.');
    return { said: verdict.additions.status, status, body, headers, age: undefined };
  }

  #handle(seen: HttpRequest): Page | Promise<Page> {
    this.seen.push(seen);
    return this.handler(seen, this.runs);
  }
}

/** A site under the rules of RFC 9111. */
export function standardSite(
  handler: Handler,
  policy: ResponsePolicy = {},
  options: Omit<CacheOptions, 'clock'> = {},
): Site {
  return new Site({ mode: 'standard', ...policy }, handler, options);
}

function represented(
  asked: HttpRequest,
  { response, age, status: said }: { response: StoredResponse; age: number; status: string },
): Omit<Got, 'kind'> {
  const { status, headers, body } = representationFor(asked, response);
  return { said, status, body: text(body), headers, age };
}
