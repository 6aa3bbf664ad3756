import { visibleCookies } from '../http/cookies.ts';
import type { Fill } from '../http/fill.ts';
import { HIDDEN_PAST_THE_CACHE } from '../http/holed-pass.ts';
import { HIDDEN_FROM_HANDLER } from '../http/inputs.ts';
import type { ResolvedPolicy } from '../http/policy.ts';
import { watchedHeaders } from './watched-headers.ts';

/** What a cache shows of a request, and how it learns what is looked at. */
interface View {
  readonly visible: Headers;
  readonly note: (name: string) => void;
}

const views = new WeakMap<Request, View>();

/** Whether a cache shows this request to what is below it. */
export function isShown(request: Request): boolean {
  return views.has(request);
}

/**
 * The request as the handler of a fill gets it: with the fields that the cache adds and without those that it answers
 * itself, without undeclared cookies and query parameters, and without the client's `signal`, because others may wait for
 * the same response.
 *
 * Where handlers are watched it is noted which fields they look at; under another cache, that one notes the same.
 * A copy that the runtime makes of the request (`new Request(request)`, `fetch(request)`) cannot be watched: it carries the fields of
 * the key and no others.
 *
 * @param signal ends the run; only a refresh has one
 */
export function shownRequest(request: Request, fill: Fill, policy: ResolvedPolicy, signal?: AbortSignal): Request {
  return policy.mode.watchesHandler
    ? watchedRequest(request, fill, policy, signal)
    : copyOf(request, changedHeaders(request.headers, fill.fields, policy), policy, signal);
}

function watchedRequest(request: Request, fill: Fill, policy: ResolvedPolicy, signal?: AbortSignal): Request {
  const around = views.get(request);
  const note = (name: string): void => {
    fill.inputs.add(name);
    around?.note(name);
  };
  const visible = visibleHeaders(around?.visible ?? request.headers, policy);
  for (const [name, value] of fill.fields) set(visible, name, value);
  const covered = new Headers();
  for (const name of policy.headers) set(covered, name, visible.get(name) ?? undefined);
  return watched(copyOf(request, covered, policy, signal), { visible, note });
}

function watched(copy: Request, view: View): Request {
  const headers = watchedHeaders(view.visible, view.note);
  const { clone } = copy;
  Object.defineProperty(copy, 'headers', { value: headers, configurable: true });
  Object.defineProperty(copy, 'clone', {
    value: () => watched(Reflect.apply(clone, copy, []) as Request, view),
    configurable: true,
    writable: true,
  });
  views.set(copy, view);
  return copy;
}

/**
 * The request as a handler past the cache gets it that may leave holes: without what it would answer about its marks. One with a body
 * stays as it is, because somebody else may have begun to read that.
 */
export function requestPastTheCache(request: Request): Request {
  if (request.method !== 'GET' && request.method !== 'HEAD') return request;
  const headers = new Headers(request.headers);
  for (const name of HIDDEN_PAST_THE_CACHE.keys()) headers.delete(name);
  return copyOf(request, headers, {}, request.signal);
}

/** Made of what is asked of the request, because a server may have something lighter than the runtime's own. */
function copyOf(
  request: Request,
  headers: Headers,
  { query }: Partial<Pick<ResolvedPolicy, 'query'>>,
  signal?: AbortSignal,
): Request {
  const { method, url } = request;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody && request.body !== null ? { body: request.body, duplex: 'half' as const } : {};
  const init = { method, headers, redirect: 'manual' as const, ...body, ...(signal !== undefined && { signal }) };
  return new Request(query === undefined ? url : query.apply(url), init);
}

function visibleHeaders(headers: Headers, { cookies }: ResolvedPolicy): Headers {
  const visible = new Headers(headers);
  for (const name of HIDDEN_FROM_HANDLER) visible.delete(name);
  set(visible, 'cookie', visibleCookies(visible.get('cookie') ?? undefined, cookies ?? []));
  return visible;
}

/** Where handlers are not watched: all fields, apart from what the cache asks for itself, and from undeclared cookies. */
function changedHeaders(headers: Headers, changes: Fill['fields'], { cookies }: ResolvedPolicy): Headers {
  const changed = new Headers(headers);
  for (const [name, value] of changes) set(changed, name, value);
  if (cookies !== undefined) {
    set(changed, 'cookie', visibleCookies(changed.get('cookie') ?? undefined, cookies));
  }
  return changed;
}

function set(headers: Headers, name: string, value: string | undefined): void {
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
}
