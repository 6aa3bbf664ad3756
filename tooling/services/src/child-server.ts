import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { poll } from './poll.ts';

/** Server processes that this test process started; they end with it, whatever happens. */
const running = new Map<ChildProcess, NodeJS.Signals>();
process.on('exit', () => {
  for (const [child, endSignal] of running) child.kill(endSignal);
});

/** A server process that a test started and may treat badly. */
export interface ChildServer {
  readonly pid: number;
  /** Sends a signal: `SIGSTOP` makes the server hang, `SIGCONT` goes on. */
  signal(signal: NodeJS.Signals): void;
  /** Ends the server at once and waits until it is gone. */
  kill(): Promise<void>;
}

/** How a server process is run, where the defaults do not do. */
export interface ChildSettings {
  /** Another user than the one that runs the tests. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Signal that ends the server at once. Default: `SIGKILL`. */
  readonly endSignal?: NodeJS.Signals;
}

/** Starts a server and waits until something at the port answers `request` with what contains `answer`. */
export async function startServer(
  command: string,
  options: readonly string[],
  port: number,
  hello: { readonly request: string; readonly answer: string },
  { user, endSignal = 'SIGKILL' }: ChildSettings = {},
): Promise<ChildServer> {
  const child = spawn(command, options, { stdio: ['ignore', 'pipe', 'pipe'], ...user });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  running.set(child, endSignal);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void gone.then(() => running.delete(child));
  try {
    await poll(`${command} answers on port ${port}`, async () => {
      if (child.exitCode !== null) return 'ended';
      return (await ask(port, hello.request)).includes(hello.answer);
    });
    if (child.exitCode !== null) throw new Error(`${command} ended at once.`);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${command} ${options.join(' ')} did not start. Its output:\n${output}`, { cause: error });
  }
  return {
    pid: child.pid ?? 0,
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill(endSignal);
      await gone;
    },
  };
}

function ask(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setTimeout(1_000, () => socket.destroy(new Error('no answer')));
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
