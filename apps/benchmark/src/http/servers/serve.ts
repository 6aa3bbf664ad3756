import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server process tells its parent: once where it listens, and on demand what it has done so far. */
export type ServerMessage = { readonly port: number } | ServerWork;

/** How often the handler behind the cache ran, and how long the server kept a core busy. */
export interface ServerWork {
  readonly handled: number;
  readonly cpuMs: number;
}

let handled = 0;

/** To be called by the handler behind the cache: says that it ran. */
export function countHandled(): void {
  handled++;
}

/** Answers on a free port of this machine until the parent goes. */
export function serve(listener: RequestListener): void {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  server.listen(0, '127.0.0.1', () => tell({ port: (server.address() as AddressInfo).port }));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    tell({ handled, cpuMs: (user + system) / 1000 });
  });
  process.on('disconnect', () => process.exit());
}

function tell(message: ServerMessage): void {
  process.send?.(message);
}
