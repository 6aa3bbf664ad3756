import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { HttpContender } from './contender.ts';
import { onCore } from './cores.ts';
import type { ServerMessage, ServerWork } from './servers/serve.ts';

/** A running contender. */
export interface ServerProcess {
  readonly port: number;
  work(): Promise<ServerWork>;
  stop(): Promise<void>;
}

/** Starts the server of a contender on the core for servers. */
export async function startServer({ module }: HttpContender): Promise<ServerProcess> {
  const file = fileURLToPath(import.meta.resolve(`./servers/${module}.js`));
  const [command, args] = onCore('server', process.execPath, [file]);
  const child = spawn(command, args, {
    stdio: ['ignore', 2, 2, 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const started = await nextMessage(child);
  if (!('port' in started)) throw new Error(`${module} did not say where it listens`);
  return {
    port: started.port,
    work: async () => {
      child.send('work');
      const answer = await nextMessage(child);
      if (!('handled' in answer)) throw new Error(`${module} did not say what it has done`);
      return answer;
    },
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function nextMessage(child: ChildProcess): Promise<ServerMessage> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the server ended with exit code ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as ServerMessage);
    });
  });
}
