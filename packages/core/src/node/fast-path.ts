import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Cache, spaceOf } from '../cache.ts';
import { headerNames, headerOf } from '../http/headers.ts';
import { type HitLearner, learnerOf, type NoteHead, teach } from '../http/hit-learner.ts';
import type { HttpCache } from '../http/http-cache.ts';
import type { Kept, Lookup } from '../http/lookup.ts';
import type { StoredResponse } from '../http/records.ts';
import type { PolicyRequest } from '../http/policy-condition.ts';
import type { HttpRequest } from '../http/request.ts';
import { AnswerTemplate, sameTemplate } from './answer-template.ts';
import { COMPARED_FIELDS, type FastRequest, rawField, readFastRequest } from './fast-request.ts';

/** URLs whose hits are answered before the framework runs; the ones learned first are forgotten. */
const MAX_URLS = 10_000;

/** Different answers of one URL (hosts, variants). */
const MAX_ROUTES_PER_URL = 8;

/** A hit that the framework's way has answered. */
interface AnsweredHit {
  readonly http: HttpCache;
  readonly kept: Kept;
  /** The response as it was sent, coded perhaps. */
  readonly response: StoredResponse;
  /** All fields that went out, in their order. */
  readonly fields: readonly string[];
  /** Parameters of the cache's member of `Cache-Status`. */
  readonly status: string;
}

/** One answer of a URL: which requests it is for, and how it looks. */
interface Route {
  readonly http: HttpCache;
  kept: Kept;
  readonly host: string;
  readonly scheme: HttpRequest['scheme'];
  /** Request fields that the answer depends on, with their values. */
  readonly depends: ReadonlyMap<string, string | undefined>;
  response: StoredResponse;
  /** By status: seen once, or seen alike twice and therefore used. */
  readonly templates: Map<number, { readonly template: AnswerTemplate; confirmed: boolean }>;
}

/**
 * Answers hits before the framework runs. It learns from the answers that went the long way: a URL that was answered from
 * the same stored response with the same fields twice is answered at once from then on, with the very same bytes apart
 * from `Age` and `Cache-Status`. All else goes the long way.
 */
export class FastPath implements HitLearner {
  readonly #routes = new Map<string, Route[]>();

  /** The one of a cache and all its namespaces. */
  static of(cache: Cache): FastPath {
    const { root } = spaceOf(cache);
    const known = learnerOf(root);
    if (known instanceof FastPath) return known;
    const path = new FastPath();
    teach(root, path);
    return path;
  }

  /** What takes note of a hit that is being answered the long way, if it is one to learn from. */
  learning(
    request: HttpRequest,
    http: HttpCache,
    { kept, response, status }: Lookup & { kind: 'hit' },
  ): NoteHead | undefined {
    if (kept === undefined) return undefined;
    return (code, fields) => this.#learn(request, { http, kept, response, fields, status }, code);
  }

  #learn(request: HttpRequest, hit: AnsweredHit, status: number): void {
    const template = AnswerTemplate.of(status, hit.fields, hit.status);
    if (template === undefined) return;
    const names = headerNames(headerOf(hit.fields, 'vary')).filter((name) => name !== 'cookie');
    if (names.includes('*')) return;
    const depends = new Map<string, string | undefined>();
    for (const name of [...names, ...hit.http.policy.headers]) depends.set(name, request.header(name));
    for (const name of COMPARED_FIELDS) {
      const value = request.header(name);
      if (value !== undefined) depends.set(name, value);
    }
    const route = this.#routeFor(request, hit, depends);
    if (route.kept.response !== hit.kept.response || route.response !== hit.response) route.templates.clear();
    route.kept = hit.kept;
    route.response = hit.response;
    const before = route.templates.get(status);
    const confirmed = before !== undefined && sameTemplate(before.template, template);
    route.templates.set(status, { template, confirmed });
  }

  /** Answers the request if it is for a hit that is known; whether it did. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const routes = this.#routes.get(request.url ?? '');
    if (routes === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
    const asked = readFastRequest(request);
    if (asked === undefined) return false;
    for (const route of routes) {
      if (isFor(route, asked, request)) return send(route, asked, request, response);
    }
    return false;
  }

  #routeFor(request: HttpRequest, hit: AnsweredHit, depends: ReadonlyMap<string, string | undefined>): Route {
    const { host, scheme, url } = request;
    const routes = this.#routes.get(url) ?? [];
    const known = routes.find(
      (route) =>
        route.kept.id === hit.kept.id &&
        route.host === host &&
        route.scheme === scheme &&
        sameMap(route.depends, depends),
    );
    if (known !== undefined) return known;
    const { http, kept, response } = hit;
    const route = { http, kept, host, scheme, depends, response, templates: new Map() };
    this.#routes.delete(url);
    this.#routes.set(url, [route, ...routes].slice(0, MAX_ROUTES_PER_URL));
    const [oldest] = this.#routes.keys();
    if (this.#routes.size > MAX_URLS && oldest !== undefined) this.#routes.delete(oldest);
    return route;
  }
}

function isFor({ depends, host, scheme, http }: Route, asked: FastRequest, request: IncomingMessage): boolean {
  if (host !== asked.host || scheme !== asked.scheme) return false;
  const { cookies } = http.policy;
  if (asked.hasCookie && (cookies === undefined || cookies.length > 0)) return false;
  if (depends.size > 0) {
    for (const [name, value] of depends) if (rawField(request, name) !== value) return false;
  }
  if (http.policy.includes !== undefined && !http.policy.includes(policyRequest(asked, request))) return false;
  if (!asked.isCompared) return true;
  return COMPARED_FIELDS.every((name) => depends.has(name) || rawField(request, name) === undefined);
}

function policyRequest({ host, scheme }: FastRequest, request: IncomingMessage): PolicyRequest {
  const { method = 'GET', url = '/' } = request;
  return { method, url, scheme, host, header: (name) => rawField(request, name) };
}

function send(route: Route, asked: FastRequest, request: IncomingMessage, response: ServerResponse): boolean {
  const { http } = route;
  const status = statusFor(route.response, asked);
  const known = status === undefined ? undefined : route.templates.get(status);
  if (known?.confirmed !== true) return false;
  const now = http.now();
  const entry = http.freshHit(route.kept, now);
  if (entry === undefined) return false;
  response.writeHead(known.template.status, known.template.fields(entry, now));
  if (known.template.status === 304 || request.method === 'HEAD') response.end();
  else response.end(route.response.body);
  return true;
}

/** 304 for exactly the validator that is stored, the status of the response without conditions, else the long way. */
function statusFor(
  { status, headers }: StoredResponse,
  { ifNoneMatch, ifModifiedSince }: FastRequest,
): number | undefined {
  if (ifNoneMatch !== undefined) return status === 200 && ifNoneMatch === headerOf(headers, 'etag') ? 304 : undefined;
  if (ifModifiedSince === undefined) return status;
  return status === 200 && ifModifiedSince === headerOf(headers, 'last-modified') ? 304 : undefined;
}

function sameMap(a: ReadonlyMap<string, string | undefined>, b: ReadonlyMap<string, string | undefined>): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.has(name) && b.get(name) === value);
}
