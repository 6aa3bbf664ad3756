import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cache } from '../cache.ts';
import { CacheError, invalidOption, rejectUnknownOptions } from '../errors.ts';
import { purge, type PurgeTargets } from '../http/purge.ts';

/** Who may purge, and how much at once. */
export interface PurgeHandlerOptions {
  /** What callers send as `Authorization: Bearer …`; at least 16 characters. Keep it out of the source. */
  readonly token: string;
  /** The largest body that is read, in bytes. Default: 64 KiB (65,536). */
  readonly maxBodyBytes?: number;
}

/**
 * A listener for a route that purges: POST with `{ "urls": [], "tags": [], "groups": [] }` as JSON, answered with 200 and what was purged once
 * all processes know. Answers in JSON 400 for what is no such body, 401 without the token, 405 for other methods, 413 for too large a body, 503 if
 * not all processes could be told. Works above and below a body parser.
 *
 * @throws CacheError `ERR_CACHE_OPTION`
 * @example
 * app.use('/purge', purgeHandler(cache, { token: process.env.PURGE_TOKEN ?? '' }));
 */
export function purgeHandler(
  cache: Cache,
  options: PurgeHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  rejectUnknownOptions(options, ['token', 'maxBodyBytes']);
  const { token, maxBodyBytes = 65_536 } = options;
  // Nothing of the token is shown in the error.
  if (typeof token !== 'string' || token.length < 16)
    throw new CacheError('ERR_CACHE_OPTION', 'Option `token` must be a string of 16 characters or more.', 'token');
  if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes < 1)
    throw invalidOption('maxBodyBytes', maxBodyBytes, 'a whole number of bytes >= 1');
  const expected = digest(`Bearer ${token}`);
  return (request, response) => {
    const purged = async (): Promise<Answer> => {
      if (request.method !== 'POST') return problem(405, 'method', 'Purging takes a POST.', { Allow: 'POST' });
      if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected))
        return problem(401, 'unauthorized', 'Purging needs the token.', { 'WWW-Authenticate': 'Bearer' });
      const text = await readBody(request, maxBodyBytes);
      if (text === undefined) return problem(413, 'too-large', `The body may have ${maxBodyBytes} bytes.`);
      return purgeAll(cache, text);
    };
    void purged()
      .catch(() => undefined)
      .then((answer) => send(request, response, answer));
  };
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content: unknown;
}

function problem(status: number, code: string, message: string, headers?: Readonly<Record<string, string>>): Answer {
  return { status, content: { error: { code, message } }, ...(headers && { headers }) };
}

async function purgeAll(cache: Cache, body: string | object): Promise<Answer> {
  try {
    const targets = (typeof body === 'string' ? JSON.parse(body) : body) as PurgeTargets;
    await purge(cache, targets);
    const { urls = [], tags = [], groups = [] } = targets;
    const count = { urls: urls.length, tags: tags.length, groups: groups.length };
    if (count.urls + count.tags + count.groups === 0)
      return problem(400, 'empty', 'The body names neither `urls` nor `tags` nor `groups`.');
    return { status: 200, content: { purged: count } };
  } catch (error) {
    if (error instanceof SyntaxError) return problem(400, 'json', 'The body is no JSON.');
    if (error instanceof CacheError && error.code === 'ERR_CACHE_OPTION') return problem(400, 'targets', error.message);
    return problem(503, 'backend', 'Not all processes could be told. Try again.');
  }
}

/** The body as text, or as a body parser above has left it; `undefined` if it is too large. */
async function readBody(request: IncomingMessage, maxBodyBytes: number): Promise<string | object | undefined> {
  const { body } = request as { body?: unknown };
  if (request.readableEnded && (typeof body === 'string' || (typeof body === 'object' && body !== null))) {
    return body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : body;
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // What is left unread is given up with the connection, once the answer is out.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Nothing if the request broke off: then there is nobody to answer. */
function send(request: IncomingMessage, response: ServerResponse, answer: Answer | undefined): void {
  if (answer === undefined) {
    response.destroy();
    return;
  }
  if (!request.complete) response.setHeader('Connection', 'close');
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    ...answer.headers,
  });
  response.end(JSON.stringify(answer.content));
}

/** Of equal length whatever the text, so that comparing takes the same time for all. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
