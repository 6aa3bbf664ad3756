import { randomBytes } from 'node:crypto';

/** Name of the cookie that tells a visitor's favourites from another's. */
export const visitorCookieName = 'visitor';

const oneYear = 365 * 24 * 60 * 60;

/** Makes a visitor nobody can guess. */
export function createVisitor(): string {
  return randomBytes(16).toString('base64url');
}

/** The visitor named by a request's Cookie header, if it names one that this site could have made. */
export function readVisitor(cookieHeader: string | undefined): string | undefined {
  const prefix = `${visitorCookieName}=`;
  const pair = cookieHeader
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix));
  const value = pair?.slice(prefix.length) ?? '';
  return /^[\w-]{22}$/.test(value) ? value : undefined;
}

/** The Set-Cookie value that makes the browser remember a visitor. */
export function visitorCookie(visitor: string): string {
  return `${visitorCookieName}=${visitor}; Path=/; Max-Age=${oneYear}; HttpOnly; SameSite=Lax`;
}
