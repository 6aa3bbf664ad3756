import type { ServerResponse } from 'node:http';
import { hopByHop } from './hop-by-hop.ts';

/** Passes a 1xx response on, unless the final one has begun (RFC 9110, section 15.2). */
export function passInterim(
  response: ServerResponse,
  status: number,
  lines: readonly (readonly [name: string, value: string])[],
): void {
  if (response.headersSent || response.destroyed) return;
  if (status === 102) response.writeProcessing();
  if (status !== 103) return;
  const hints = earlyHints(lines);
  // Node sends hints only with a `link` in lower case.
  if (hints['link'] !== undefined) response.writeEarlyHints(hints);
}

function earlyHints(lines: readonly (readonly [string, string])[]): Record<string, string | string[]> {
  const dropped = hopByHop(undefined);
  const hints: Record<string, string[]> = {};
  for (const [name, value] of lines) {
    const lowerCase = name.toLowerCase();
    if (!dropped.has(lowerCase)) (hints[lowerCase] ??= []).push(value);
  }
  return Object.fromEntries(
    Object.entries(hints).map(([name, values]) => [name, name === 'link' ? values : values.join(', ')]),
  );
}
