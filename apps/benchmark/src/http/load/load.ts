import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Measurement } from '../../measure/outcome.ts';
import { onCore } from '../cores.ts';

/** What to send to a server, and what every answer must be. */
export interface LoadTask {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly durationMs: number;
  /** How many answers there must be, however long they take. Default: none. */
  readonly atLeast?: number;
  readonly status: number;
}

/** What came back. */
export interface LoadResult extends Measurement {
  readonly answers: number;
  /** Answers with another status, and broken connections. */
  readonly unexpected: number;
}

const clientFile = fileURLToPath(import.meta.resolve('./client.js'));

/** Asks a server as fast as it answers, from a process of its own. */
export async function applyLoad(task: LoadTask): Promise<LoadResult> {
  const [command, args] = onCore('load', process.execPath, [clientFile, JSON.stringify(task)]);
  const client = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  client.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(client, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the client ended with exit code ${code}`);
  return JSON.parse(Buffer.concat(chunks).toString()) as LoadResult;
}
