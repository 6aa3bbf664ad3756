import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SqliteOptions } from '../../../../src/backends/sqlite/index.ts';
import type { commands } from './worker.ts';

type Commands = typeof commands;
type Message = { readonly ready?: true; readonly result?: unknown; readonly error?: string };

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process of its own with a backend on a directory. */
export class OtherProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(options: SqliteOptions): Promise<OtherProcess> {
    const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
    const child = fork(path('run-module.mjs'), [path('worker.ts')], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const other = new OtherProcess(child);
    await other.#until((message) => message.ready === true);
    await other.call('open', options);
    return other;
  }

  async call<N extends keyof Commands>(name: N, ...parameters: Parameters<Commands[N]>): Promise<unknown> {
    const answer = this.#until((message) => 'result' in message || 'error' in message);
    this.tell(name, ...parameters);
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(error);
    return result;
  }

  /** `call` without waiting for the answer. */
  tell<N extends keyof Commands>(name: N, ...parameters: Parameters<Commands[N]>): void {
    this.#child.send([name, ...parameters]);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  #until(wanted: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: Message): void => {
        if (!wanted(message)) return;
        stop();
        resolve(message);
      };
      const onExit = (code: number | null): void => {
        stop();
        reject(new Error(`The other process ended with ${code}.`));
      };
      const stop = (): void => {
        this.#child.off('message', onMessage).off('exit', onExit);
      };
      this.#child.on('message', onMessage).once('exit', onExit);
    });
  }
}
