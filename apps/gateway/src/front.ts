import type { RequestListener } from 'node:http';
import { formatRecord, logAccess } from './access-log.ts';
import type { LogFormat } from './options.ts';

const HEALTHY = '{"status":"ok"}';

/** What happens before the framework: the health route and the access log. */
export function inFront(
  listener: RequestListener,
  { health, log, print }: { health: string | undefined; log: LogFormat; print: (line: string) => void },
): RequestListener {
  return (request, response) => {
    if (health !== undefined && request.url === health && (request.method === 'GET' || request.method === 'HEAD')) {
      const fields = {
        'Content-Type': 'application/json',
        'Content-Length': HEALTHY.length,
        'Cache-Control': 'no-store',
      };
      response.writeHead(200, fields).end(HEALTHY);
      return;
    }
    if (log !== 'off') logAccess(request, response, (record) => print(formatRecord(record, log)));
    // oxlint-disable-next-line typescript/no-floating-promises -- a listener returns nothing
    listener(request, response);
  };
}
