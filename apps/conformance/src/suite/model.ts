/** A field line: name, value (a number is an instant in seconds from now), and whether the client must receive it. */
export type Field = readonly [name: string, value: string | number, checked?: boolean];

/** What a field must be: there, equal, or in a relation to a number or another field. */
export type FieldExpectation =
  | string
  | readonly [name: string, value: string | number]
  | readonly [name: string, relation: '=' | '>', operand: string | number];

/** What a field must not be: there, or holding this text. */
export type FieldRefusal = string | readonly [name: string, text: string];

/** A 1xx response with its fields. */
export type InterimResponse = readonly [status: number, fields?: readonly (readonly [name: string, value: string])[]];

export type ExpectedType = 'cached' | 'not_cached' | 'etag_validated' | 'lm_validated';

/** One request of a test: what the client sends, what the origin answers, what must be seen. The names are the suite's. */
export interface TestRequest {
  readonly request_method?: string;
  readonly request_headers?: readonly Field[];
  readonly request_body?: string;
  /** Below the test's own URL. */
  readonly filename?: string;
  readonly query_arg?: string;
  /** Dates among `request_headers` count from the instant of the previous response. */
  readonly magic_ims?: boolean;
  /** Dates of these fields, in lower case, are written in the form of RFC 850. */
  readonly rfc850date?: readonly string[];
  /** Wait for three seconds after the response. */
  readonly pause_after?: boolean;

  readonly interim_responses?: readonly InterimResponse[];
  readonly response_status?: readonly [status: number, phrase: string];
  readonly response_headers?: readonly Field[];
  readonly response_body?: string | null;
  /** The origin waits for so many seconds. */
  readonly response_pause?: number;
  /** The origin closes the connection instead of answering. */
  readonly disconnect?: boolean;
  /** `Location` and `Content-Location` are given relative to the URL of the request. */
  readonly magic_locations?: boolean;

  readonly expected_type?: ExpectedType;
  readonly expected_method?: string;
  /** `null`: any. */
  readonly expected_status?: number | null;
  readonly expected_request_headers?: readonly FieldExpectation[];
  readonly expected_request_headers_missing?: readonly FieldRefusal[];
  readonly expected_response_headers?: readonly FieldExpectation[];
  readonly expected_response_headers_missing?: readonly FieldRefusal[];
  readonly expected_interim_responses?: readonly InterimResponse[];
  /** `null`: any. */
  readonly expected_response_text?: string | null;
  /** False: the body is not looked at. */
  readonly check_body?: boolean;
  /** What goes wrong here says nothing about what the test is for. */
  readonly setup?: boolean;
  /** The same for single expectations. */
  readonly setup_tests?: readonly string[];
}

export type Kind = 'required' | 'optimal' | 'check';

export interface Test {
  readonly id: string;
  readonly name: string;
  /** Default: required. */
  readonly kind?: Kind;
  /** Tests that must pass before this one says anything. */
  readonly depends_on?: readonly string[];
  readonly browser_only?: boolean;
  readonly requests: readonly TestRequest[];
}

/** Tests of one subject. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly tests: readonly Test[];
}

/** The kind of a test, the default filled in. */
export function kindOf(test: Test): Kind {
  return test.kind ?? 'required';
}
