import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches a server from its start and returns how to close it: connections without a request go at once, the others
 * with the end of their request, and all after `patience` milliseconds. Node's own `closeIdleConnections` leaves alone those that
 * have not sent a request yet, and browsers keep such connections open.
 */
export function closeGracefully(server: Server, patience: number): () => Promise<void> {
  const idle = new Set<Socket>();
  let closing = false;

  server.on('connection', (socket) => {
    idle.add(socket);
    socket.once('close', () => idle.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    idle.delete(socket);
    response.once('close', () => {
      if (closing) socket.destroySoon();
      else if (!socket.destroyed) idle.add(socket);
    });
  });

  return async () => {
    closing = true;
    const closed = once(server, 'close');
    server.close();
    for (const socket of idle) socket.destroySoon();
    const deadline = setTimeout(() => server.closeAllConnections(), patience);
    await closed;
    clearTimeout(deadline);
  };
}
