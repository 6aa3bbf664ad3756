import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

const main = join(import.meta.dirname, '../../dist/main.js');

/** The atlas as a process of its own. */
export interface AtlasProcess {
  readonly child: ChildProcess;
  /** The first printed line that matches. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Exit code and all that went to standard error. */
  end(): Promise<{ readonly code: number | null; readonly errors: string }>;
}

/** Starts the built atlas; it is killed if it still runs when the test ends. */
export function startProcess(environment: NodeJS.ProcessEnv, parameters: readonly string[] = []): AtlasProcess {
  const child = spawn(process.execPath, [main, ...parameters], { env: { ...process.env, ...environment } });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const errors = text(child.stderr);
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const lines = createInterface(child.stdout);
  return {
    child,
    line: async (pattern) => {
      for await (const printed of lines) {
        const match = pattern.exec(printed);
        if (match) return match;
      }
      throw new Error(`Nothing printed matches ${pattern}: ${await errors}`);
    },
    end: async () => ({ code: (await exit)[0], errors: await errors }),
  };
}
