import { cacheResponse } from '@cache/hono';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono, type Next } from 'hono';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Arriving } from '../forward/outlet.ts';
import { ResponseOutlet } from '../forward/response-outlet.ts';
import type { ServerParts } from './parts.ts';

type GatewayContext = Context<{ Bindings: HttpBindings }>;

/** Without HTTP/2. */
type NodeMessages = { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse };

/** The gateway as a Hono application on Node. */
export function createHonoListener({ forward, cached }: ServerParts): RequestListener {
  const app = new Hono<{ Bindings: HttpBindings }>();
  if (cached !== undefined) app.use(sendPhrase, cacheResponse(cached.cache, cached.policy));
  app.all('*', async (c) => {
    const { incoming, outgoing } = c.env as NodeMessages;
    if (cached === undefined) {
      forward(incoming, outgoing);
      return RESPONSE_ALREADY_SENT;
    }
    const outlet = new ResponseOutlet(outgoing, c.req.method === 'HEAD');
    forward(arrivingOf(c, incoming), outlet);
    return (await outlet.response) ?? RESPONSE_ALREADY_SENT;
  });
  // The name is for clients that give none; the origin gets its own then.
  const listener = getRequestListener(app.fetch, { hostname: 'localhost' });
  return (request, response) => void listener(request, response);
}

/** The server forgets the words behind a status. */
async function sendPhrase(c: GatewayContext, next: Next): Promise<void> {
  await next();
  const { outgoing } = c.env;
  if (!outgoing.headersSent) outgoing.statusMessage = c.res.statusText;
}

/** The request as the cache shows it to handlers. */
function arrivingOf(c: GatewayContext, incoming: IncomingMessage): Arriving {
  const { method, url, httpVersion, socket } = incoming;
  const { raw } = c.req;
  return {
    method,
    url,
    httpVersion,
    socket,
    headers: Object.fromEntries(raw.headers),
    async *[Symbol.asyncIterator]() {
      if (raw.body !== null) yield* raw.body as unknown as AsyncIterable<unknown>;
    },
  };
}
