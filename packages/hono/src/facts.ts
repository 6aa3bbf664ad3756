import type { Context } from 'hono';

/** What of Node's request is looked at where there is one. */
export interface IncomingFacts {
  readonly url?: unknown;
  readonly socket?: { readonly authorized?: unknown };
}

/** What of Node's response is looked at where there is one. */
export interface OutgoingFacts {
  readonly closed: boolean;
  once(event: 'close', listener: () => void): unknown;
  writeHead(status: number, ...rest: unknown[]): unknown;
}

/** Node's own messages, which `@hono/node-server` puts into the environment. */
export function nodeMessages(c: Context): { incoming: IncomingFacts | undefined; outgoing: OutgoingFacts | undefined } {
  const env = c.env as { server?: object; incoming?: unknown; outgoing?: unknown } | undefined;
  const { incoming, outgoing } = (env?.server ?? env ?? {}) as { incoming?: unknown; outgoing?: unknown };
  const isNode = typeof (outgoing as { once?: unknown } | undefined)?.once === 'function';
  return {
    incoming: incoming as IncomingFacts | undefined,
    outgoing: isNode ? (outgoing as OutgoingFacts) : undefined,
  };
}

/** Where authentication puts who is asking: the usual name, `hono/jwt`, Auth.js. */
export const IDENTITIES = ['user', 'jwtPayload', 'authUser'] as const;

/** Whether something above the cache knows who is asking. */
export function isIdentified(c: Context): boolean {
  return IDENTITIES.some((name) => ((c.get(name) as unknown) ?? undefined) !== undefined);
}

/**
 * The URL that the client asked for and what a mounting app has made of it, if that is known and not the same: two apps
 * mounted in one must not take each other's pages.
 */
export function routedUrl(url: string, incoming: IncomingFacts | undefined): string | undefined {
  const asked = incoming?.url;
  if (typeof asked !== 'string') return undefined;
  const pathAt = url.indexOf('/', url.indexOf('//') + 2);
  if (url.length - pathAt === asked.length && url.endsWith(asked)) return undefined;
  return `${asked} ${url.slice(pathAt)}`;
}
