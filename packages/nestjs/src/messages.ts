import { withVisibleQuery } from '@cache/core/node';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What Express and Fastify give a handler as its request. */
export interface PlatformRequest {
  /** Node's own message; on Express the request itself is that. */
  readonly raw?: IncomingMessage;
  query?: unknown;
}

/** What Express and Fastify give a handler as its response. */
export interface PlatformResponse {
  /** Node's own response; on Express the response itself is that. */
  readonly raw?: ServerResponse;
  getHeaders(): Fields;
  removeHeader(name: string): unknown;
  send: Answering;
  redirect: Answering;
  status: Answering;
  render?: Answering;
  view?: Answering;
}

type Fields = Record<string, number | string | string[] | undefined>;

type Answering = (this: unknown, ...args: unknown[]) => unknown;

type RoutedMessage = IncomingMessage & { originalUrl?: string; baseUrl?: string };

/** Node's own request. */
export function requestOf(request: PlatformRequest): RoutedMessage {
  return request.raw ?? (request as unknown as RoutedMessage);
}

/** Node's own response. */
export function responseOf(response: PlatformResponse): ServerResponse {
  return response.raw ?? (response as unknown as ServerResponse);
}

/**
 * Fastify keeps fields apart until it answers. Those that were set above the cache go to Node's response, where they are on
 * Express: so that hits carry them, and a refresh does not take them for the handler's. Cookies stay in both places, because
 * Fastify adds to its list.
 *
 * @param own names in lower case that are not from above
 */
export function handOverFields(response: PlatformResponse, own: ReadonlySet<string>): void {
  const { raw } = response;
  if (raw === undefined) return;
  const fields = fieldsOf(response);
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined || own.has(name) || value === raw.getHeader(name)) continue;
    if (name !== 'set-cookie') response.removeHeader(name);
    raw.setHeader(name, value);
  }
}

/** Where Fastify keeps them: it tells of them by two copies, which cost a hit as much as a look-up in the cache. */
let kept: symbol | undefined;

function fieldsOf(response: PlatformResponse): Fields {
  kept ??= Object.getOwnPropertySymbols(response).find(({ description }) => description === 'fastify.reply.headers');
  const fields = kept === undefined ? undefined : (Reflect.get(response, kept) as Fields | undefined);
  return fields ?? response.getHeaders();
}

/** The parameters that the policy does not let the handler see are gone from Node's URL; here from what was made of it. */
export function hideParsedQuery(request: PlatformRequest): void {
  const message = requestOf(request);
  const { url = '/', originalUrl = url } = message;
  const value = withVisibleQuery(originalUrl, url);
  for (const holder of new Set([message, request])) {
    Object.defineProperty(holder, 'originalUrl', { value, configurable: true, enumerable: true, writable: true });
  }
  if (!Object.hasOwn(request, 'query')) return;
  const visible = [...new URLSearchParams(/\?.*$/s.exec(url)?.[0]).keys()];
  const isVisible = (name: string): boolean => visible.some((one) => one === name || one.startsWith(`${name}[`));
  request.query = Object.fromEntries(Object.entries(request.query as object).filter(([name]) => isVisible(name)));
}

/** Lets Nest finish its way with a response that the cache has answered: what it answers itself goes nowhere. */
export function silence(response: PlatformResponse): void {
  response.send = response.redirect = response.status = returnThis;
  if (response.render !== undefined) response.render = returnThis;
  if (response.view !== undefined) response.view = returnThis;
}

function returnThis(this: unknown): unknown {
  return this;
}
