import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningSite } from './harness.ts';

/**
 * Has a server listen on a free loopback port until the case is over: the last line of a harness whose framework runs on Node.
 *
 * @example
 * start: (site) => listening(createServer(appOf(site)))
 */
export async function listening(server: Server): Promise<RunningSite> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
