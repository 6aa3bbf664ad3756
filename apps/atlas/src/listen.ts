import { once } from 'node:events';
import type { Server } from 'node:http';
import { StartError } from './start-error.ts';

/** Starts to listen and tells on which port. */
export async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port);
    await once(server, 'listening');
  } catch (error) {
    throw explain(error, port);
  }
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

function explain(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new StartError(`PORT ${port} is taken; choose another, for example PORT=${port + 1}`);
  if (code === 'EACCES') return new StartError(`PORT ${port} is not allowed to you; choose one above 1023`);
  return error;
}
