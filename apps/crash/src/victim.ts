import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Line } from './protocol.ts';

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** A process that tells what it does, until it is killed. */
export class Victim {
  /** Resolves when it has ended and everything that it told has been heard. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #errors = '';
  #killed = false;

  constructor(command: readonly string[], hear: (line: Line) => void) {
    this.#child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    const child = this.#child;
    alive.add(child);
    child.stderr?.on('data', (text: Buffer) => {
      this.#errors = `${this.#errors}${text.toString()}`.slice(-2_000);
    });
    const lines = createInterface({ input: child.stdio[3] as Readable });
    lines.on('line', (text) => {
      const line = parsed(text);
      if (line !== undefined) hear(line);
    });
    const all = Promise.all([once(child, 'close'), once(lines, 'close')]);
    this.ended = all.then(() => void alive.delete(child));
  }

  /** What it wrote as an error, if it ended by itself with one. */
  get failure(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === 0 || (this.#killed && signalCode === 'SIGKILL')) return undefined;
    return `The process ended with ${exitCode ?? signalCode}: ${this.#errors}`;
  }

  /** It is about to do that itself. */
  killsItself(): void {
    this.#killed = true;
  }

  /** `kill -9`; whether it was still running. */
  kill(): boolean {
    this.#killed = true;
    return this.#child.kill('SIGKILL');
  }
}

/** A line that was cut off by the kill says nothing. */
function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
