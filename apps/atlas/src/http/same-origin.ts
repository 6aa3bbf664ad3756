import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a form was sent from this site. Browsers say where a form comes from;
 * a program that says nothing carries no visitor's cookies unasked either.
 */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
