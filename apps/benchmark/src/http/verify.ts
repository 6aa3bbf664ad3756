import { get, type IncomingHttpHeaders } from 'node:http';
import { CONTENT_TYPE, PAGE, PATH } from './page.ts';
import type { ServerProcess } from './server-process.ts';

/** What a client got. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Says what is wrong with the second answer of a server, or nothing. A cache must not have run the handler again. */
export async function verifyPage(server: ServerProcess, cached: boolean): Promise<string | undefined> {
  const first = await ask(server.port);
  const wrong = judgePage(first) ?? judgePage(await ask(server.port));
  if (wrong !== undefined) return wrong;
  const { handled } = await server.work();
  return cached === (handled === 1) ? undefined : `its handler ran ${handled} times for 2 requests`;
}

/** Says what is wrong with an answer that should be the page, or nothing. */
export function judgePage({ status, headers, body }: Answer): string | undefined {
  if (status !== 200) return `it answered ${status} and not 200`;
  if (headers['content-type'] !== CONTENT_TYPE) return `its content-type was ${headers['content-type'] ?? 'missing'}`;
  return body.equals(PAGE) ? undefined : `its body was another one, of ${body.length} bytes`;
}

/** Says what is wrong with the answer to a client that has the page, or nothing. */
export async function verifyNotModified(
  server: ServerProcess,
  etag: string,
  cached: boolean,
): Promise<string | undefined> {
  const before = await server.work();
  const { status, headers, body } = await ask(server.port, { 'If-None-Match': etag });
  if (status !== 304) return `it answered ${status} and not 304`;
  if (body.length > 0) return 'its 304 had a body';
  if (headers.etag !== etag) return `its 304 had the ETag ${headers.etag ?? 'of nothing'}`;
  const after = await server.work();
  return cached && after.handled > before.handled ? 'its handler ran for a 304' : undefined;
}

/** Requests the page once. */
export function ask(port: number, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get({ port, host: '127.0.0.1', path: PATH, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    request.on('error', reject);
  });
}
