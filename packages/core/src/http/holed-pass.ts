import { Collection, currentDependencies, type Dependencies } from '../dependencies.ts';
import { CacheError } from '../errors.ts';
import type { HoleMarks } from '../hole-marks.ts';
import { concat } from './concat.ts';
import { type HeaderList, headerOf, hopByHopNames, withoutHeaders } from './headers.ts';
import { holedPage } from './holed-page.ts';
import type { StoredResponse } from './records.ts';
import type { OwnFields } from './response-head.ts';
import type { Failure, HeadVerdict, ResponseSink, Substitute } from './response-sink.ts';
import { cacheControlAbove, MADE_ANEW } from './stored-response.ts';

/** What goes past the cache, and how it is labelled. */
export interface PassContext {
  readonly method: string;
  /** Parameters for this cache's member of `Cache-Status`. */
  readonly status: string;
  /** Unless it says otherwise, it is for one user only. */
  readonly personal: boolean;
  readonly onHead: ((status: number, headers: HeaderList) => void) | undefined;
  /** Those of the response, with its marks. */
  readonly dependencies: Dependencies;
  readonly marks: HoleMarks;
}

/**
 * Request fields that a handler past the cache must not find: what it answers to them would be about the marks that it left, not
 * about what goes out.
 */
export const HIDDEN_PAST_THE_CACHE: ReadonlyMap<string, undefined> = new Map(
  ['accept-encoding', 'if-none-match', 'if-modified-since', 'range', 'if-range'].map((name) => [name, undefined]),
);

/** A run of a handler past the cache, whose response may have holes. Nothing of it is stored. */
export class HoledPass implements ResponseSink {
  readonly #context: PassContext;
  readonly #collection: Collection;
  #head: { readonly status: number; readonly sent: HeaderList; readonly own: OwnFields } | undefined;
  #chunks: Uint8Array[] = [];
  #isHolding = false;
  #isOver = false;

  constructor(context: PassContext) {
    this.#context = context;
    this.#collection = new Collection(context.dependencies);
  }

  /** Runs the handler, which can leave holes until its head is there. */
  run<T>(handler: () => T): T {
    return this.#collection.run(handler);
  }

  /** Whether the caller is the handler of this run, or something that it called or awaits. */
  get isAround(): boolean {
    return !this.#isOver && currentDependencies()?.isWithin(this.#context.dependencies) === true;
  }

  head(status: number, sent: HeaderList, own: OwnFields): HeadVerdict {
    const { marks, personal, onHead } = this.#context;
    onHead?.(status, sent);
    this.#head = { status, sent, own };
    this.#isHolding = marks.close();
    if (this.#isHolding) return { kind: 'hold' };
    this.abandon();
    const silent = headerOf(sent, 'cache-control') === undefined && headerOf(sent, 'expires') === undefined;
    const cacheControl = personal && status < 400 && silent ? 'private, no-cache' : undefined;
    return { kind: 'send', additions: { status: this.#context.status, cacheControl, vary: undefined } };
  }

  chunk(bytes: Uint8Array): void {
    if (!this.#isHolding) return;
    this.#chunks.push(Uint8Array.prototype.slice.call(bytes));
  }

  end(): Substitute | Failure | undefined {
    const head = this.#head;
    if (head === undefined || !this.#isHolding) return undefined;
    this.#isHolding = false;
    this.abandon();
    const { marks, dependencies, method, status } = this.#context;
    const page = holedPage(head.sent, concat(this.#chunks), marks);
    this.#chunks = [];
    if (page instanceof CacheError) return { kind: 'fail', error: page };
    dependencies.limitAround();
    return { kind: 'answer', response: passedResponse(head, page, method === 'HEAD'), age: 0, status };
  }

  abandon(): void {
    this.#isOver = true;
    this.#collection.end();
  }
}

function passedResponse(
  { status, sent, own }: { readonly status: number; readonly sent: HeaderList; readonly own: OwnFields },
  { body, holes }: Pick<StoredResponse, 'body' | 'holes'>,
  isHead: boolean,
): StoredResponse {
  const headers = withoutHeaders(own.set, new Set([...hopByHopNames(sent), ...MADE_ANEW]));
  headers.push(...cacheControlAbove({ headers: sent, own }));
  return {
    kind: 'response',
    status,
    headers,
    removed: own.removed,
    body,
    part: undefined,
    rangeAsked: undefined,
    madeEntityTag: false,
    initialAge: 0,
    alwaysValidated: false,
    stale: { ifError: 0, ifLost: 0, ifAsked: 0 },
    fillDuration: 0,
    holes: holes ?? [],
    ...(isHead && { filled: 'head' as const }),
  };
}
