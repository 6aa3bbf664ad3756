import { fork } from 'node:child_process';
import type { Wrong } from './outcome.ts';

const TOO_LONG_MS = 180_000;

/**
 * Runs a file with arguments in a process of its own and resolves with the first message that it sends. Libraries change
 * the process that they run in: one that uses AsyncLocalStorage makes every later await slower.
 */
export function runAlone<T>(file: string, args: readonly string[]): Promise<T | Wrong> {
  const child = fork(file, [...args], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 2, 2, 'ipc'],
    timeout: TOO_LONG_MS,
  });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ wrong: `its process ended with exit code ${code}` }));
  });
}

/** What such a file does: sends what `work` finds out, or why there is nothing. Started by hand it prints it. */
export async function answerAlone<T>(work: () => Promise<T>): Promise<void> {
  const outcome = await work().catch((error: unknown): Wrong => {
    return { wrong: error instanceof Error ? error.message : String(error) };
  });
  if (process.send === undefined) console.log(outcome);
  else process.send(outcome, () => process.exit());
}
