/** What happened to a request, for the `Cache-Status` field (RFC 9211). */
export interface CacheStatus {
  /** Answered from the cache. */
  readonly hit?: boolean;
  /** Why the request went to the handler. */
  readonly fwd?: 'uri-miss' | 'vary-miss' | 'stale' | 'partial' | 'request' | 'bypass' | 'method';
  /** What the handler answered, where something else goes out. */
  readonly fwdStatus?: number;
  /** Whether the response is being stored. */
  readonly stored?: boolean;
  /** Whether the answer of another simultaneous request was used. */
  readonly collapsed?: boolean;
  /** Remaining freshness in seconds; negative when stale. */
  readonly ttl?: number;
  /** What decided, in one word. */
  readonly detail?: string;
}

/** The parameters of one member of the field: `hit; ttl=283`. */
export function statusParameters(status: CacheStatus): string {
  const parameters: string[] = [];
  if (status.hit === true) parameters.push('hit');
  if (status.fwd !== undefined) parameters.push(`fwd=${status.fwd}`);
  if (status.fwdStatus !== undefined) parameters.push(`fwd-status=${status.fwdStatus}`);
  if (status.stored === true) parameters.push('stored');
  if (status.collapsed === true) parameters.push('collapsed');
  if (status.ttl !== undefined) parameters.push(`ttl=${status.ttl}`);
  if (status.detail !== undefined) parameters.push(`detail=${detail(status.detail)}`);
  return parameters.join('; ');
}

/** `statusParameters` of a plain hit. */
export function hitParameters(ttl: number): string {
  return `hit; ttl=${ttl}`;
}

/** A structured-field token where the text is one, else a string (RFC 9651, section 3.3). */
function detail(text: string): string {
  return /^[A-Za-z*][\w!#$%&'*+\-.^`|~:/]*$/.test(text) ? text : `"${text.replace(/[^ -!#-[\]-~]/g, '?')}"`;
}
