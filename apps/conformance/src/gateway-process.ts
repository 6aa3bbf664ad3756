import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A gateway that runs in a process of its own. */
export interface GatewayProcess {
  /** Without a slash at the end. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

// The same distance from `src` and from `dist`.
const main = fileURLToPath(new URL('../../gateway/dist/main.js', import.meta.url));

/**
 * Starts the gateway before an origin, with an empty cache.
 *
 * @throws Error it ended instead of listening; it has said why on stderr
 */
export async function startGateway(origin: string, options: readonly string[]): Promise<GatewayProcess> {
  const parameters = [main, '--origin', origin, '--port', '0', '--host', '127.0.0.1', '--log', 'off', ...options];
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  const stopWithUs = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', stopWithUs);
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /listening on (http:\S+)/.exec(line) ?? [];
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      stop: async () => {
        child.kill('SIGTERM');
        await ended;
        process.off('exit', stopWithUs);
      },
    };
  }
  process.off('exit', stopWithUs);
  throw new Error('the gateway did not start');
}
