import { onTestFinished } from 'vitest';
import { readOptions } from '../../src/options.ts';
import { type Gateway, start } from '../../src/start.ts';

/** A gateway in this process, with the lines that it printed. It stops with the test. */
export async function startGateway(
  origin: string,
  ...parameters: readonly string[]
): Promise<Gateway & { readonly printed: readonly string[] }> {
  const printed: string[] = [];
  const options = readOptions(['--origin', origin, '--port', '0', '--log', 'off', '--drain', '1', ...parameters]);
  const gateway = await start(options, (line) => printed.push(line));
  onTestFinished(() => gateway.stop());
  return { ...gateway, printed };
}
