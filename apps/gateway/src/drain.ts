import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches a server from its start and returns how to end it: nobody new comes in, connections without a request close at
 * once, the others after their last answer, and all of them when patience (in milliseconds) is over.
 */
export function drainable(server: Server, patience: number): () => Promise<void> {
  const underWay = new Map<Socket, number>();
  let draining = false;
  const add = (socket: Socket, requests: number): void => {
    const now = underWay.get(socket);
    if (now === undefined) return;
    underWay.set(socket, now + requests);
    if (draining && now + requests === 0) socket.destroySoon();
  };
  server.on('connection', (socket) => {
    underWay.set(socket, 0);
    socket.once('close', () => underWay.delete(socket));
  });
  const unanswered = new Set<ServerResponse>();
  server.on('request', ({ socket }, response) => {
    add(socket, 1);
    unanswered.add(response);
    response.once('close', () => {
      unanswered.delete(response);
      add(socket, -1);
    });
  });
  return async () => {
    draining = true;
    // Clients learn it from the response, so that they send nothing more on this connection.
    for (const response of unanswered) if (!response.headersSent) response.shouldKeepAlive = false;
    const closed = once(server, 'close');
    server.close();
    for (const [socket, requests] of underWay) if (requests === 0) socket.destroySoon();
    const deadline = setTimeout(() => server.closeAllConnections(), patience);
    await closed;
    clearTimeout(deadline);
  };
}
