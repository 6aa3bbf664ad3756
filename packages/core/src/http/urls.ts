import type { HttpRequest } from './request.ts';

/** The absolute URL that a request is for. */
export function targetOf({ scheme, host, url, target }: HttpRequest): string {
  const path = target ?? url;
  return /^https?:\/\//i.test(path) ? path : `${scheme}://${host.toLowerCase()}${path}`;
}

/** Whether a reference, relative to `base`, is the URL. */
export function sameUrl(url: string, reference: string, base: string): boolean {
  const [a, b] = [parse(url, base), parse(reference, base)];
  return a !== undefined && b !== undefined && withoutHash(a) === withoutHash(b);
}

/** The absolute URL of a reference if it has the same origin as `base`; `undefined` for any other and for what is no URL. */
export function sameOriginUrl(reference: string, base: string): string | undefined {
  const [from, to] = [parse(base, base), parse(reference, base)];
  return from !== undefined && to !== undefined && from.origin === to.origin ? withoutHash(to) : undefined;
}

/** `scheme://host` of an absolute URL. */
export function originOf(url: string): string {
  return parse(url, url)?.origin ?? url;
}

function parse(reference: string, base: string): URL | undefined {
  return URL.canParse(reference, base) ? new URL(reference, base) : undefined;
}

function withoutHash(url: URL): string {
  return url.href.slice(0, url.href.length - url.hash.length);
}
