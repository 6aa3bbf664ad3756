import { hopByHop } from './hop-by-hop.ts';
import type { Outlet } from './outlet.ts';

/** Passes a 1xx response on, unless the final one has begun (RFC 9110, section 15.2). */
export function passInterim(
  response: Outlet,
  status: number,
  lines: readonly (readonly [name: string, value: string])[],
): void {
  if (response.headersSent || response.destroyed) return;
  if (status === 102) response.writeProcessing();
  if (status !== 103) return;
  const hints = earlyHints(lines);
  // Node sends hints only with a `link` in lower case.
  if (hints['link'] === undefined) return;
  try {
    response.writeEarlyHints(hints);
  } catch {
    // Node knows fewer forms of links than there are. Hints may be dropped; the response they announce may not.
  }
}

function earlyHints(lines: readonly (readonly [string, string])[]): Record<string, string | string[]> {
  const dropped = hopByHop(undefined);
  const hints: Record<string, string[]> = {};
  for (const [name, value] of lines) {
    const lowerCase = name.toLowerCase();
    if (!dropped.has(lowerCase)) (hints[lowerCase] ??= []).push(value);
  }
  return Object.fromEntries(
    Object.entries(hints).map(([name, values]) => [
      name,
      name === 'link' ? values.flatMap(singleLinks) : values.join(', '),
    ]),
  );
}

/** Node wants one link at a time. Commas between them are followed by the `<` of the next. */
function singleLinks(value: string): string[] {
  return value.split(/,\s*(?=<)/);
}
