import type { RequestListener } from 'node:http';
import { formatRecord, logAccess } from './access-log.ts';
import type { LogFormat } from './options.ts';

/** What happens before the framework: the health route and the access log. */
export function inFront(
  listener: RequestListener,
  { health, log, print }: { health: string | undefined; log: LogFormat; print: (line: string) => void },
): RequestListener {
  return (request, response) => {
    if (health !== undefined && request.url === health && (request.method === 'GET' || request.method === 'HEAD')) {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
      response.end('{"status":"ok"}');
      return;
    }
    if (log !== 'off') logAccess(request, response, (record) => print(formatRecord(record, log)));
    // oxlint-disable-next-line typescript/no-floating-promises -- a listener returns nothing
    listener(request, response);
  };
}
